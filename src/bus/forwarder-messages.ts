// What a provider and the program of its forwarder say to each other, over the pipe between them.

import type { ErrorReport } from '../base/errors.js';
import type { KeyPair } from '../base/keys.js';
import type { BusEndpoints } from './connection.js';
import type { AcceptFault, ForwarderBinds } from './forwarder.js';
import type { Peer } from './zap-handler.js';
import type { RejectedPeer } from './handshake-errors.js';

/** From the provider. */
export type ForwarderOrder =
  /** The first one. With keys, whoever connects must have a key that the provider admits. */
  | { readonly kind: 'open'; readonly binds: ForwarderBinds; readonly keys?: KeyPair | undefined }
  | { readonly kind: 'verdict'; readonly id: number; readonly isAdmitted: boolean }
  /** What has come is passed on, then it ends. */
  | { readonly kind: 'close' };

/** From the forwarder. */
export type ForwarderReport =
  | { readonly kind: 'ready'; readonly endpoints: BusEndpoints }
  | {
      readonly kind: 'failed';
      readonly error: ErrorReport;
      readonly details: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'judge'; readonly id: number; readonly peer: Peer }
  | { readonly kind: 'refused'; readonly stranger: RejectedPeer }
  /** The first one of an end brings its listening socket; `count` is that of all so far. */
  | { readonly kind: 'full'; readonly fault: AcceptFault; readonly count: number }
  | { readonly kind: 'silent'; readonly count: number }
  | { readonly kind: 'fault'; readonly message: string };
