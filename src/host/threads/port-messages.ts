// The messages between a thread and the main thread of its process.

import type { LogLoss } from '../../base/log-file.js';

/** From the thread. */
export type FromThread =
  /** A frame to publish; the reply is `published` with the same number. */
  | { readonly kind: 'publish'; readonly number: number; readonly frame: string }
  | { readonly kind: 'subscribe'; readonly topic: string }
  /** The number of frames processed since the last such message. */
  | { readonly kind: 'processed'; readonly count: number };

/** To the thread. */
export type ToThread =
  | { readonly kind: 'published'; readonly number: number; readonly error?: string }
  | { readonly kind: 'frame'; readonly frame: Uint8Array }
  /** The topic has a subscriber. */
  | { readonly kind: 'subscribed'; readonly topic: string }
  /** Lines that could not be written to the log. */
  | { readonly kind: 'log_loss'; readonly loss: LogLoss }
  | { readonly kind: 'provider'; readonly presence: 'present' | 'gone' | 'given_up' }
  | { readonly kind: 'stop' };

/** A thread reports processed frames in steps of this many. */
export const PROCESSED_STEP = 100;
