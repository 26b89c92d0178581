// The columns of the table: what each shows, the key that sorts by it, which of them fit.

import {
  formatBytes,
  formatCount,
  formatUptime,
  formatMemory,
  formatMs,
  formatPercent,
  NONE,
} from './format-cells.js';
import type { Key } from './key-codes.js';
import type { Order, Row } from './row.js';

export interface Column {
  readonly of: keyof Row;
  readonly title: string;
  /** In words, for the help. */
  readonly meaning: string;
  readonly sortKey: Key;
  readonly width: number;
  readonly isNumber: boolean;
  readonly text: (row: Row) => string;
}

const text = (of: 'id' | 'instance' | 'state') => (row: Row) => row[of];

const id: Column = {
  of: 'id',
  title: 'SERVICE',
  meaning: 'service (its name)',
  sortKey: 'n',
  width: 13,
  isNumber: false,
  text: text('id'),
};

function numbers(
  [of, title, meaning, sortKey]: readonly [keyof Row, string, string, Key],
  width: number,
  show: (row: Row) => string,
): Column {
  return { of, title, meaning, sortKey, width, isNumber: true, text: show };
}

/** In the order of the screen; 80 columns hold those up to restarts. */
export const COLUMNS: readonly Column[] = [
  id,
  numbers(['pid', 'PID', 'process id', 'i'], 7, ({ pid }) => (pid === undefined ? NONE : String(pid))),
  {
    of: 'state',
    title: 'STATE',
    meaning: 'state',
    sortKey: 's',
    width: 8,
    isNumber: false,
    text: text('state'),
  },
  numbers(['cpu', 'CPU%', 'cpu, % of one core', 'c'], 6, ({ cpu }) => formatPercent(cpu)),
  numbers(['rss', 'RSS', 'resident memory', 'r'], 6, ({ rss }) => formatMemory(rss)),
  numbers(['vms', 'VMS', 'virtual memory', 'v'], 6, ({ vms }) => formatMemory(vms)),
  numbers(['threads', 'THR', 'threads', 't'], 4, ({ threads }) => formatCount(threads)),
  numbers(['fds', 'FDS', 'file descriptors', 'f'], 4, ({ fds }) => formatCount(fds)),
  numbers(['children', 'CHLD', 'children', 'd'], 5, ({ children }) => formatCount(children)),
  numbers(['uptime', 'UP', 'uptime', 'u'], 6, ({ uptime }) => formatUptime(uptime)),
  numbers(['restarts', 'RST', 'restarts', 'x'], 4, ({ restarts }) => formatCount(restarts)),
  {
    of: 'instance',
    title: 'INSTANCE',
    meaning: 'instance',
    sortKey: 'a',
    width: 16,
    isNumber: false,
    text: text('instance'),
  },
  numbers(['lag', 'LAG', 'event loop lag, ms', 'l'], 5, ({ lag }) => formatMs(lag)),
  numbers(['read', 'READ', 'bytes read', 'b'], 6, ({ read }) => formatBytes(read)),
  numbers(['written', 'WRITE', 'bytes written', 'w'], 6, ({ written }) => formatBytes(written)),
];

/** The first order of a column: figures with the highest first, words from a to z. */
export function firstOrder({ of, isNumber }: Column): Order {
  return { by: of, isDescending: isNumber && of !== 'pid' };
}

export interface Layout {
  readonly columns: readonly Column[];
  /** Of each of the two small history lines at the right; 0 for none. */
  readonly sparkWidth: number;
}

const LEAST_SPARK = 8;
const MOST_SPARK = 60;

/** One column marks the selected row, one blank is between each two. */
export function layOut(width: number, longestId: number): Layout {
  const columns: Column[] = [];
  let left = width - 1;
  for (const column of COLUMNS) {
    // The first is there in any case; what does not fit ends the line.
    if (columns.length > 0 && column.width + 1 > left) break;
    left -= column.width + (columns.length > 0 ? 1 : 0);
    columns.push(column);
  }
  const more = Math.max(0, Math.min(left, longestId - id.width));
  columns[0] = { ...id, width: id.width + more };
  const spark = Math.min(MOST_SPARK, Math.floor((left - more) / 2) - 1);
  return { columns, sparkWidth: columns.length === COLUMNS.length && spark >= LEAST_SPARK ? spark : 0 };
}
