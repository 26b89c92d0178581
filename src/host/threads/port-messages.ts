// The messages between a thread and the main thread of its process.

import type { LogLoss } from '../../base/log-file.js';
import type { ProviderState } from '../provider-presence.js';

/** From the thread. */
export type FromThread =
  /** A frame to publish; the replies come in the same order. */
  | { readonly kind: 'publish'; readonly frame: string }
  | { readonly kind: 'subscribe'; readonly topic: string }
  /** The number of frames processed since the last such message. */
  | { readonly kind: 'processed'; readonly count: number };

/** To the thread. */
export type ToThread =
  | { readonly kind: 'published' }
  | { readonly kind: 'frame'; readonly frame: Uint8Array; readonly topic: string }
  /** The topic has a subscriber. */
  | { readonly kind: 'subscribed'; readonly topic: string }
  /** Lines that could not be written to the log. */
  | { readonly kind: 'log_loss'; readonly loss: LogLoss }
  | { readonly kind: 'provider'; readonly state: ProviderState }
  | { readonly kind: 'stop' };

/** A thread reports processed frames in steps of this many. */
export const PROCESSED_STEP = 100;
