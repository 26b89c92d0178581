import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineCounter, LineSplitter } from '../../../src/client/log-lines.js';

/** `text` as bytes, cut at the borders of `size` bytes. */
function cut(text: string, size: number): readonly Uint8Array[] {
  const bytes = Buffer.from(text);
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

function split(chunks: readonly Uint8Array[]): readonly string[] {
  const splitter = new LineSplitter();
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.rest()];
}

/** The last lines, found from the end. */
function tail(text: string, lines: number, size: number): string {
  const counter = new LineCounter(lines);
  const chunks = cut(text, size);
  for (let index = chunks.length - 1; index >= 0; index -= 1) {
    const start = counter.countBack(chunks[index]!);
    if (start !== undefined)
      return Buffer.from(text)
        .subarray(index * size + start)
        .toString();
  }
  return text;
}

describe('lines out of chunks', () => {
  it.each([1, 2, 3, 5, 1000])('are whole, wherever the bytes are cut: chunks of %i', (size) => {
    const text = 'plain\nä€😀 many bytes\n\nlast';
    expect(split(cut(text, size))).toEqual(['plain', 'ä€😀 many bytes', '', 'last']);
    expect(split(cut(`${text}\n`, size))).toEqual(['plain', 'ä€😀 many bytes', '', 'last']);
  });

  it('do not change when the buffer they came in is used again', () => {
    const splitter = new LineSplitter();
    const buffer = Buffer.from('half');
    splitter.push(buffer);
    buffer.fill('x');
    expect(splitter.push(Buffer.from(' whole\n'))).toEqual(['half whole']);
    expect(splitter.rest()).toEqual([]);
  });

  it('that are no text lose nothing but what is no text', () => {
    expect(split([Buffer.from([0x61, 0xff, 0x62, 0x0a])])).toEqual(['a\ufffdb']);
  });
});

describe('the last lines', () => {
  it.each([
    ['a\nb\nc\n', 2, 'b\nc\n'],
    ['a\nb\nc', 2, 'b\nc'],
    ['a\nb\nc', 1, 'c'],
    ['a\nb\n', 5, 'a\nb\n'],
    ['a\n\n\n', 2, '\n\n'],
    ['a\nb\n', 0, ''],
    ['\n', 1, '\n'],
    ['', 3, ''],
  ])('of %j, %i of them, are %j', (text, lines, expected) => {
    for (const size of [1, 2, 3, 100]) expect(tail(text, lines, size)).toBe(expected);
  });

  it('are those that splitting all of it gives', () => {
    const texts = fc.array(fc.constantFrom('\n', 'a', 'ä', '😀', 'bc')).map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, fc.nat(8), fc.integer({ min: 1, max: 9 }), (text, lines, size) => {
        const all = split(cut(text, 4));
        expect(split(cut(tail(text, lines, size), 3))).toEqual(lines === 0 ? [] : all.slice(-lines));
      }),
    );
  });
});
