import { expect, test } from 'vitest';
import { LineSplitter, LONGEST_LINE_BYTES } from '../../../src/host/program/line-splitter.js';

interface Row {
  readonly what: string;
  readonly chunks: readonly string[];
  readonly lines: readonly string[];
}

const long = 'x'.repeat(LONGEST_LINE_BYTES + 1);
const longest = 'x'.repeat(LONGEST_LINE_BYTES);

const ROWS: readonly Row[] = [
  { what: 'nothing', chunks: [], lines: [] },
  { what: 'whole lines in one chunk', chunks: ['a\nb\n'], lines: ['a', 'b'] },
  { what: 'a line over several chunks', chunks: ['a', 'b', 'c\nd\n'], lines: ['abc', 'd'] },
  { what: 'a last line without an end', chunks: ['a\nb'], lines: ['a', 'b'] },
  { what: 'blank lines', chunks: ['\n\na\n\n'], lines: ['', '', 'a', ''] },
  { what: 'ends of two characters', chunks: ['a\r', '\nb\r\n\r\n'], lines: ['a', 'b', ''] },
  { what: 'a line of the longest length', chunks: [`${longest}\na\n`], lines: [longest, 'a'] },
  { what: 'a line that is too long', chunks: [`a\n${long}\nb\n`], lines: ['a', 'b'] },
  { what: 'a line that is too long, in chunks', chunks: ['a\n', long, long, '\nb\n'], lines: ['a', 'b'] },
  { what: 'a line that is too long and never ends', chunks: ['a\n', long, 'y'], lines: ['a'] },
];

test.each(ROWS)(
  '$what: everything is printed once, and the lines are those there are.',
  ({ chunks, lines }) => {
    const cutter = new LineSplitter();
    const cuts = [...chunks.map((chunk) => cutter.take(Buffer.from(chunk))), cutter.end()];
    expect(cuts.flatMap((cut) => cut.lines)).toEqual(lines);
    expect(Buffer.concat(cuts.map((cut) => cut.printable)).toString()).toBe(chunks.join(''));
  },
);

test('A character that is cut by a chunk is whole in its line.', () => {
  const bytes = Buffer.from('grüße\n');
  const cutter = new LineSplitter();
  const lines = [...bytes].flatMap((byte) => cutter.take(Buffer.of(byte)).lines);
  expect(lines).toEqual(['grüße']);
});

/** What printing the cuts one behind the other gives: what was shown before is not printed again. */
function join(cuts: readonly ReturnType<LineSplitter['take']>[]): string {
  return Buffer.concat(cuts.map(({ printable, shown }) => printable.subarray(shown))).toString();
}

test.each(ROWS)('$what: flushed after each chunk, it is printed once, and its lines are the same.', (row) => {
  const cutter = new LineSplitter();
  const cuts = row.chunks.flatMap((chunk) => [
    cutter.take(Buffer.from(chunk)),
    cutter.flush(),
    cutter.flush(),
  ]);
  expect(cutter.isWaiting).toBe(false);
  expect(join(cuts)).toBe(row.chunks.join(''));
  cuts.push(cutter.end());
  expect(join(cuts)).toBe(row.chunks.join(''));
  expect(cuts.flatMap((cut) => cut.lines)).toEqual(row.lines);
});

test('The start of a line waits for its end until it is flushed; then its whole line comes, and how much was shown.', () => {
  const cutter = new LineSplitter();
  expect(cutter.take(Buffer.from('one\ntwo'))).toMatchObject({ lines: ['one'], shown: 0 });
  expect(cutter.isWaiting).toBe(true);
  expect(cutter.flush().printable.toString()).toBe('two');
  expect(cutter.isWaiting).toBe(false);
  expect(cutter.take(Buffer.from(' and')).printable).toHaveLength(0);
  expect(cutter.isWaiting).toBe(true);
  const { printable, shown, lines } = cutter.take(Buffer.from(' a half\nthree'));
  expect([printable.toString(), shown, lines]).toEqual(['two and a half\n', 3, ['two and a half']]);
  expect(cutter.end()).toMatchObject({ lines: ['three'], shown: 0 });
});

test('No more than one longest line is ever kept.', () => {
  const cutter = new LineSplitter();
  const chunk = Buffer.alloc(LONGEST_LINE_BYTES / 4, 'x');
  let kept = 0;
  for (let count = 0; count < 100; count += 1) {
    kept += chunk.length - cutter.take(chunk).printable.length;
    expect(kept).toBeLessThanOrEqual(LONGEST_LINE_BYTES);
  }
});
