import { expect, test } from 'vitest';
import { paintFrame } from '../../../../src/cli/live/frame.js';

const E = '\u001b';
const lines = (...texts: readonly string[]) => texts.map((text) => ({ text, width: text.length }));
const synchronised = (text: string) => `${E}[?2026h${text}${E}[?2026l`;

test('Nothing is written when nothing has changed.', () => {
  expect(paintFrame(lines('a', 'b'), lines('a', 'b'), 10)).toBe('');
});

test('Only changed lines are written, in one piece, each erased to its end.', () => {
  const text = paintFrame(lines('a', 'bbb', 'c'), lines('a', 'B', 'C'), 10);
  expect(text).toBe(synchronised(`${E}[2;1HB${E}[K${E}[3;1HC${E}[K`));
});

test('A screen with unknown content is written completely, without clearing it.', () => {
  expect(paintFrame([], lines('a', ''), 10)).toBe(synchronised(`${E}[1;1Ha${E}[K${E}[2;1H${E}[K`));
});

test('A full line is not erased to its end, which would delete its last character.', () => {
  expect(paintFrame([], lines('0123456789'), 10)).toBe(synchronised(`${E}[1;1H0123456789`));
});
