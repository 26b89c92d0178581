// The messages between a provider and its forwarder process, on the IPC channel between them.

import type { ErrorReport } from '../base/errors.js';
import type { KeyPair } from '../base/keys.js';
import type { BusEndpoints } from './connection.js';
import type { AcceptError, ForwarderBinds } from './forwarder.js';
import type { Peer } from './zap-handler.js';
import type { RejectedPeer } from './handshake-errors.js';

/** From the provider to the forwarder. */
export type ForwarderCommand =
  /** The first message. With `keys`, the provider must authorize the key of each client. */
  | { readonly kind: 'open'; readonly binds: ForwarderBinds; readonly keys?: KeyPair | undefined }
  | { readonly kind: 'authorization'; readonly id: number; readonly isAllowed: boolean }
  /** Passes on all received messages, then exits. */
  | { readonly kind: 'close' };

/** From the forwarder to the provider. */
export type ForwarderEvent =
  | { readonly kind: 'ready'; readonly endpoints: BusEndpoints }
  | {
      readonly kind: 'failed';
      readonly error: ErrorReport;
      readonly details: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'authorize'; readonly id: number; readonly peer: Peer }
  | { readonly kind: 'rejected'; readonly peer: RejectedPeer }
  /** Comes with the listening socket of that side, if it was found. `count`: all such errors so far. */
  | { readonly kind: 'accept_error'; readonly error: AcceptError; readonly count: number }
  | { readonly kind: 'handshake_timeout'; readonly count: number }
  | { readonly kind: 'fatal'; readonly message: string };
