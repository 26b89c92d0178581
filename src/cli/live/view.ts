// The state of the live view: last sample, selection, page and screen size.

import type { TopEntry, TopReply } from '../../messages/samples.js';
import type { Key } from './key-codes.js';
import type { Order, Row } from './row-data.js';
import type { Histories } from './sparkline.js';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The transaction that is shown. */
export interface About {
  readonly contextId: string;
  readonly transaction: string;
  /** The provider's address for publishers. */
  readonly endpoint: string;
}

export interface Sample {
  readonly about: About;
  readonly entries: TopReply;
  /** The service whose details are shown, with connections, opened files and memory maps. */
  readonly detail: TopEntry | undefined;
  readonly atMs: number;
}

export type Shown =
  | { readonly kind: 'table' }
  | { readonly kind: 'help' }
  /** `entry` is the latest one with details; undefined until it arrives. */
  | {
      readonly kind: 'detail';
      readonly id: string;
      readonly entry: TopEntry | undefined;
      readonly offset: number;
    };

export interface View {
  readonly size: Size;
  /** Time between two samples. */
  readonly intervalMs: number;
  readonly sample: Sample;
  readonly histories: Histories;
  /** Why the last sample failed; undefined after a success. */
  readonly error: string | undefined;
  readonly nowMs: number;
  readonly shown: Shown;
  readonly order: Order;
  readonly filter: string;
  /** True while keys edit the filter. */
  readonly isTyping: boolean;
  readonly isPaused: boolean;
  /** True after the user has quit. */
  readonly isDone: boolean;
  /** The filtered and sorted rows. */
  readonly rows: readonly Row[];
  /** Index of the selected row in `rows`. */
  readonly index: number;
  /** Id of the selected service; undefined while the first row is selected whatever it is. */
  readonly selected: string | undefined;
  /** The first row on the screen. */
  readonly offset: number;
}

export type Input =
  | { readonly kind: 'key'; readonly key: Key }
  | { readonly kind: 'sample'; readonly sample: Sample }
  | { readonly kind: 'error'; readonly text: string; readonly nowMs: number }
  | { readonly kind: 'tick'; readonly nowMs: number }
  | { readonly kind: 'resize'; readonly size: Size };

/** Rows above and below the body: title, states, totals, note, column titles; keys. */
export const FRAME_ROWS = 6;

export function bodyRows({ size }: View): number {
  return Math.max(1, size.rows - FRAME_ROWS);
}

/** The service whose details each sample must include. */
export function detailOf({ shown }: View): string | undefined {
  return shown.kind === 'detail' ? shown.id : undefined;
}
