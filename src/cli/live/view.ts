// What the live view knows: the last sample, what is selected and shown, and how large the screen is.

import type { TopEntry, TopReply } from '../../messages/samples.js';
import type { Key } from './key-codes.js';
import type { Order, Row } from './row.js';
import type { Histories } from './sparkline.js';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Whose services are shown. */
export interface About {
  readonly contextId: string;
  readonly transaction: string;
  /** The provider's address for publishers. */
  readonly endpoint: string;
}

export interface Sample {
  readonly about: About;
  readonly entries: TopReply;
  /** With opened files, connections and memory maps: that of the service whose details are shown. */
  readonly detail: TopEntry | undefined;
  readonly atMs: number;
}

export type Shown =
  | { readonly kind: 'table' }
  | { readonly kind: 'help' }
  /** `entry` is the last that had all details; undefined until it comes. */
  | {
      readonly kind: 'detail';
      readonly id: string;
      readonly entry: TopEntry | undefined;
      readonly offset: number;
    };

export interface View {
  readonly size: Size;
  /** Seconds between two samples, in milliseconds. */
  readonly intervalMs: number;
  readonly sample: Sample;
  readonly histories: Histories;
  /** Why there is no newer sample. */
  readonly trouble: string | undefined;
  readonly nowMs: number;
  readonly shown: Shown;
  readonly order: Order;
  readonly filter: string;
  /** Keys go into the filter. */
  readonly isTyping: boolean;
  readonly isPaused: boolean;
  /** The user has had enough. */
  readonly isDone: boolean;
  /** Those that the filter lets through, in order. */
  readonly rows: readonly Row[];
  /** Where the selected row stands among them; the service it is, unless the top was chosen. */
  readonly index: number;
  readonly selected: string | undefined;
  /** The first row on the screen. */
  readonly offset: number;
}

export type Input =
  | { readonly kind: 'key'; readonly key: Key }
  | { readonly kind: 'sample'; readonly sample: Sample }
  | { readonly kind: 'trouble'; readonly text: string; readonly nowMs: number }
  | { readonly kind: 'tick'; readonly nowMs: number }
  | { readonly kind: 'resize'; readonly size: Size };

/** Above and below the rows: title, states, totals, note, column titles; keys. */
export const FRAME_ROWS = 6;

export function bodyRows({ size }: View): number {
  return Math.max(1, size.rows - FRAME_ROWS);
}

/** The service whose opened files, connections and memory maps are to be asked for. */
export function detailOf({ shown }: View): string | undefined {
  return shown.kind === 'detail' ? shown.id : undefined;
}
