import { expect, test } from 'vitest';
import { LineSplitter, MAX_LINE_BYTES } from '../../../src/host/program/line-splitter.js';

interface Row {
  readonly what: string;
  readonly chunks: readonly string[];
  readonly lines: readonly string[];
}

const long = 'x'.repeat(MAX_LINE_BYTES + 1);
const longest = 'x'.repeat(MAX_LINE_BYTES);

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

test.each(ROWS)('$what: all bytes are printed once and all lines are reported.', ({ chunks, lines }) => {
  const splitter = new LineSplitter();
  const outputs = [...chunks.map((chunk) => splitter.push(Buffer.from(chunk))), splitter.end()];
  expect(outputs.flatMap((output) => output.lines)).toEqual(lines);
  expect(Buffer.concat(outputs.map((output) => output.printable)).toString()).toBe(chunks.join(''));
});

test('A character that is split between two chunks is decoded correctly.', () => {
  const bytes = Buffer.from('grüße\n');
  const splitter = new LineSplitter();
  const lines = [...bytes].flatMap((byte) => splitter.push(Buffer.of(byte)).lines);
  expect(lines).toEqual(['grüße']);
});

/** The printed text, without the bytes that an earlier flush has printed. */
function join(chunks: readonly ReturnType<LineSplitter['push']>[]): string {
  return Buffer.concat(
    chunks.map(({ printable, printedBytes }) => printable.subarray(printedBytes)),
  ).toString();
}

test.each(ROWS)(
  '$what: with a flush after each chunk, all bytes are printed once and all lines are reported.',
  (row) => {
    const splitter = new LineSplitter();
    const chunks = row.chunks.flatMap((chunk) => [
      splitter.push(Buffer.from(chunk)),
      splitter.flush(),
      splitter.flush(),
    ]);
    expect(splitter.hasPartialLine).toBe(false);
    expect(join(chunks)).toBe(row.chunks.join(''));
    chunks.push(splitter.end());
    expect(join(chunks)).toBe(row.chunks.join(''));
    expect(chunks.flatMap((chunk) => chunk.lines)).toEqual(row.lines);
  },
);

test('A partial line waits until it is flushed; the complete line follows with the number of bytes printed before.', () => {
  const splitter = new LineSplitter();
  expect(splitter.push(Buffer.from('one\ntwo'))).toMatchObject({ lines: ['one'], printedBytes: 0 });
  expect(splitter.hasPartialLine).toBe(true);
  expect(splitter.flush().printable.toString()).toBe('two');
  expect(splitter.hasPartialLine).toBe(false);
  expect(splitter.push(Buffer.from(' and')).printable).toHaveLength(0);
  expect(splitter.hasPartialLine).toBe(true);
  const { printable, printedBytes, lines } = splitter.push(Buffer.from(' a half\nthree'));
  expect([printable.toString(), printedBytes, lines]).toEqual(['two and a half\n', 3, ['two and a half']]);
  expect(splitter.end()).toMatchObject({ lines: ['three'], printedBytes: 0 });
});

test('At most one line of the maximum length is buffered.', () => {
  const splitter = new LineSplitter();
  const chunk = Buffer.alloc(MAX_LINE_BYTES / 4, 'x');
  let kept = 0;
  for (let count = 0; count < 100; count += 1) {
    kept += chunk.length - splitter.push(chunk).printable.length;
    expect(kept).toBeLessThanOrEqual(MAX_LINE_BYTES);
  }
});
