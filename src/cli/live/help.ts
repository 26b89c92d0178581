// The help page of the live view.

import { COLUMNS } from './columns.js';
import { span, type Line } from './line.js';
import { fit } from '../terminal/text.js';

const KEYS: readonly (readonly [string, string])[] = [
  ['↑ ↓ j k', 'select a service'],
  ['PgUp PgDn', 'move by a screen'],
  ['Home End', 'move to the first or last service'],
  ['Enter', 'show its processes, connections, files and memory maps'],
  ['/', 'filter by id, name, instance, pid or state'],
  ['Esc', 'back; in the table: clear the filter'],
  ['p', 'pause or resume'],
  ['q Ctrl-C', 'quit'],
  ['Ctrl-L', 'redraw the screen'],
];

/** Several sort keys per line, so that 24 rows are enough. */
export const HELP_BODY: readonly Line[] = [
  ...KEYS.map(([key, meaning]) => [span(` ${fit(key, 10)}`, 'bold'), span(meaning)]),
  [],
  [span(' sort by; press the key again to reverse the order', 'bold')],
  ...toLines(COLUMNS.map(({ sortKey, meaning }) => fit(` ${sortKey}  ${meaning}`, 26))),
];

function toLines(texts: readonly string[]): readonly Line[] {
  const PER_LINE = 3;
  const count = Math.ceil(texts.length / PER_LINE);
  return Array.from({ length: count }, (_, line) => [
    span(texts.slice(line * PER_LINE, (line + 1) * PER_LINE).join('')),
  ]);
}
