import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineCounter, LineSplitter } from '../../../src/client/log-lines.js';

/** `text` as chunks of `size` bytes. */
function toChunks(text: string, size: number): readonly Uint8Array[] {
  const bytes = Buffer.from(text);
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

function split(chunks: readonly Uint8Array[]): readonly string[] {
  const splitter = new LineSplitter();
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.rest()];
}

/** The last lines, found by LineCounter. */
function tail(text: string, lines: number, size: number): string {
  const counter = new LineCounter(lines);
  const chunks = toChunks(text, size);
  for (let index = chunks.length - 1; index >= 0; index -= 1) {
    const start = counter.countBack(chunks[index]!);
    if (start !== undefined)
      return Buffer.from(text)
        .subarray(index * size + start)
        .toString();
  }
  return text;
}

describe('LineSplitter', () => {
  it.each([1, 2, 3, 5, 1000])('yields whole lines from chunks of %i bytes', (size) => {
    const text = 'plain\nä€😀 many bytes\n\nlast';
    expect(split(toChunks(text, size))).toEqual(['plain', 'ä€😀 many bytes', '', 'last']);
    expect(split(toChunks(`${text}\n`, size))).toEqual(['plain', 'ä€😀 many bytes', '', 'last']);
  });

  it('keeps its lines when the caller reuses the buffer', () => {
    const splitter = new LineSplitter();
    const buffer = Buffer.from('half');
    splitter.push(buffer);
    buffer.fill('x');
    expect(splitter.push(Buffer.from(' whole\n'))).toEqual(['half whole']);
    expect(splitter.rest()).toEqual([]);
  });

  it('replaces only the bytes that are not UTF-8', () => {
    expect(split([Buffer.from([0x61, 0xff, 0x62, 0x0a])])).toEqual(['a\ufffdb']);
  });
});

describe('LineCounter', () => {
  it.each([
    ['a\nb\nc\n', 2, 'b\nc\n'],
    ['a\nb\nc', 2, 'b\nc'],
    ['a\nb\nc', 1, 'c'],
    ['a\nb\n', 5, 'a\nb\n'],
    ['a\n\n\n', 2, '\n\n'],
    ['a\nb\n', 0, ''],
    ['\n', 1, '\n'],
    ['', 3, ''],
  ])('finds in %j the last %i lines: %j', (text, lines, expected) => {
    for (const size of [1, 2, 3, 100]) expect(tail(text, lines, size)).toBe(expected);
  });

  it('finds the same last lines as splitting the whole text', () => {
    const texts = fc.array(fc.constantFrom('\n', 'a', 'ä', '😀', 'bc')).map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, fc.nat(8), fc.integer({ min: 1, max: 9 }), (text, lines, size) => {
        const all = split(toChunks(text, 4));
        expect(split(toChunks(tail(text, lines, size), 3))).toEqual(lines === 0 ? [] : all.slice(-lines));
      }),
    );
  });
});
