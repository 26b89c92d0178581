// The columns of the table: value, title, sort key and width, and which of them fit the screen.

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
import type { Order, Row } from './row-data.js';

export interface Column {
  readonly of: keyof Row;
  readonly title: string;
  /** Description for the help page. */
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

/** From left to right; a screen of 80 columns shows those up to restarts. */
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

/** The initial order of a column: numbers descending, text ascending. */
export function defaultOrder({ of, isNumber }: Column): Order {
  return { by: of, isDescending: isNumber && of !== 'pid' };
}

export interface Layout {
  readonly columns: readonly Column[];
  /** Width of each of the two sparklines at the right; 0 for none. */
  readonly sparkWidth: number;
}

const MIN_SPARK = 8;
const MAX_SPARK = 60;

/** The first screen column marks the selected row; one blank separates columns. */
export function layOut(width: number, longestId: number): Layout {
  const columns: Column[] = [];
  let left = width - 1;
  for (const column of COLUMNS) {
    // The first column is always shown; the line ends before the first column that does not fit.
    if (columns.length > 0 && column.width + 1 > left) break;
    left -= column.width + (columns.length > 0 ? 1 : 0);
    columns.push(column);
  }
  const extra = Math.max(0, Math.min(left, longestId - id.width));
  columns[0] = { ...id, width: id.width + extra };
  const spark = Math.min(MAX_SPARK, Math.floor((left - extra) / 2) - 1);
  return { columns, sparkWidth: columns.length === COLUMNS.length && spark >= MIN_SPARK ? spark : 0 };
}
