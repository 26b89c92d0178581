// What a thread and the process around it say to each other over their MessagePort.

import type { LogLoss } from '../../base/log-file.js';

/** From the thread. */
export type FromThread =
  /** A whole frame for the bus; answered by `published` with the same number. */
  | { readonly kind: 'publish'; readonly number: number; readonly frame: string }
  | { readonly kind: 'subscribe'; readonly topic: string }
  /** So many more frames have been dealt with. */
  | { readonly kind: 'processed'; readonly count: number };

/** To the thread. */
export type ToThread =
  | { readonly kind: 'published'; readonly number: number; readonly error?: string }
  | { readonly kind: 'frame'; readonly frame: Uint8Array }
  /** Somebody on the bus wants this topic. */
  | { readonly kind: 'subscribed'; readonly topic: string }
  /** Lines that could not be written to the log. */
  | { readonly kind: 'log_loss'; readonly loss: LogLoss }
  | { readonly kind: 'provider'; readonly presence: 'present' | 'gone' | 'given_up' }
  | { readonly kind: 'stop' };

/** A thread says that it has taken frames when it has taken so many. */
export const PROCESSED_STEP = 100;
