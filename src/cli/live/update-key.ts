// Applies a key to the view, depending on what is shown.

import { COLUMNS, defaultOrder, type Column } from './columns.js';
import type { Key } from './key-codes.js';
import { bodyRows, type Shown, type View } from './view.js';

type Action = (view: View) => View;

export function updateByKey(view: View, key: Key): View {
  if (key === '<c-c>') return { ...view, isDone: true };
  if (view.shown.kind === 'table' && view.isTyping) return editFilter(view, key);
  const act = ANYWHERE[key] ?? actionsOf(view.shown)[key];
  return act === undefined ? view : act(view);
}

function actionsOf(shown: Shown): Readonly<Record<Key, Action>> {
  switch (shown.kind) {
    case 'table':
      return IN_TABLE;
    case 'detail':
      return IN_DETAIL;
    case 'help':
      return IN_HELP;
  }
}

const togglePause: Action = (view) => ({ ...view, isPaused: !view.isPaused });
const toTable: Action = (view) => ({ ...view, shown: { kind: 'table' } });
const toHelp: Action = (view) => ({ ...view, shown: { kind: 'help' } });

const ANYWHERE: Readonly<Record<Key, Action>> = {
  q: (view) => ({ ...view, isDone: true }),
  p: togglePause,
  ' ': togglePause,
};

const IN_HELP: Readonly<Record<Key, Action>> = {
  '?': toTable,
  '<esc>': toTable,
  '<enter>': toTable,
  '<left>': toTable,
};

/** How many rows each key moves, given the page height. */
const MOVES: Readonly<Record<Key, (page: number) => number>> = {
  '<up>': () => -1,
  k: () => -1,
  '<down>': () => 1,
  j: () => 1,
  '<pageup>': (page) => -page,
  '<pagedown>': (page) => page,
  '<home>': () => -Infinity,
  '<end>': () => Infinity,
};

const moves = (move: (view: View, by: number) => View): Record<Key, Action> =>
  Object.fromEntries(
    Object.entries(MOVES).map(([key, by]) => [key, (view) => move(view, by(bodyRows(view)))] as const),
  );

const IN_TABLE: Readonly<Record<Key, Action>> = {
  ...Object.fromEntries(COLUMNS.map((column) => [column.sortKey, (view: View) => sortBy(view, column)])),
  ...moves(select),
  '/': (view) => ({ ...view, isTyping: true }),
  '<esc>': (view) => ({ ...view, filter: '' }),
  '<enter>': openDetail,
  '<right>': openDetail,
  '?': toHelp,
};

const IN_DETAIL: Readonly<Record<Key, Action>> = {
  ...moves(scrollDetail),
  '<esc>': toTable,
  '<left>': toTable,
  '<backspace>': toTable,
  '?': toHelp,
};

/** The same column again reverses the order. */
function sortBy(view: View, column: Column): View {
  const { by, isDescending } = view.order;
  const order = by === column.of ? { by, isDescending: !isDescending } : defaultOrder(column);
  return { ...view, order };
}

/** After Home no service id is selected: the selection stays on the first row, also when rows are sorted again. */
function select(view: View, by: number): View {
  const index = Math.max(0, Math.min(view.rows.length - 1, view.index + by));
  return { ...view, index, selected: by === -Infinity ? undefined : view.rows[index]?.id };
}

function openDetail(view: View): View {
  const row = view.rows[view.index];
  if (row === undefined) return view;
  return {
    ...view,
    selected: row.id,
    shown: { kind: 'detail', id: row.id, entry: undefined, offset: 0 },
  };
}

function scrollDetail(view: View, by: number): View {
  const { shown } = view;
  if (shown.kind !== 'detail') return view;
  return { ...view, shown: { ...shown, offset: Math.max(0, shown.offset + by) } };
}

function editFilter(view: View, key: Key): View {
  switch (key) {
    case '<enter>':
      return { ...view, isTyping: false };
    case '<esc>':
      return { ...view, isTyping: false, filter: '' };
    case '<backspace>':
      return { ...view, filter: Array.from(view.filter).slice(0, -1).join('') };
    case '<c-u>':
      return { ...view, filter: '' };
    default:
      if (MOVES[key] !== undefined && key.startsWith('<')) return select(view, MOVES[key](bodyRows(view)));
      return key.startsWith('<') && key !== '<' ? view : { ...view, filter: view.filter + key };
  }
}
