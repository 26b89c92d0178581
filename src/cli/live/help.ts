// The page of keys.

import { COLUMNS } from './columns.js';
import { span, type Line } from './line.js';
import { fit } from './text.js';

const KEYS: readonly (readonly [string, string])[] = [
  ['↑ ↓ j k', 'select a service'],
  ['PgUp PgDn', 'a screen up or down'],
  ['Home End', 'to the first, to the last'],
  ['Enter', 'its children, files, connections and memory maps'],
  ['/', 'show only what contains a text: id, name, instance, pid or state'],
  ['Esc', 'back; in the table: show everything again'],
  ['p', 'pause, and go on'],
  ['q Ctrl-C', 'quit'],
  ['Ctrl-L', 'draw the screen anew'],
];

/** Two of them to a line, so that 24 rows hold all. */
export const HELP_BODY: readonly Line[] = [
  ...KEYS.map(([key, meaning]) => [span(` ${fit(key, 10)}`, 'bold'), span(meaning)]),
  [],
  [span(' sort by; the same key again turns the order round', 'bold')],
  ...pairUp(COLUMNS.map(({ sortKey, meaning }) => fit(` ${sortKey}  ${meaning}`, 26))),
];

function pairUp(texts: readonly string[]): readonly Line[] {
  const PER_LINE = 3;
  const count = Math.ceil(texts.length / PER_LINE);
  return Array.from({ length: count }, (_, line) => [
    span(texts.slice(line * PER_LINE, (line + 1) * PER_LINE).join('')),
  ]);
}
