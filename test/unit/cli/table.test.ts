import { describe, expect, it } from 'vitest';
import { formatTable } from '../../../src/cli/show/table.js';
import { createPaint } from '../../../src/cli/terminal/paint.js';

const paint = createPaint(false);

describe('a table', () => {
  it('has columns as wide as their widest cell, numbers to the right, and no blanks at the end', () => {
    const columns = [{ title: 'id' }, { title: 'n', isNumber: true }, { title: 'why' }];
    const rows = [
      ['a', '5', ''],
      ['longer', '1234', 'x y'],
    ];
    expect(formatTable(columns, rows, { paint })).toEqual([
      'id         n  why',
      'a          5',
      'longer  1234  x y',
    ]);
  });

  it('without titles has only rows, with a least width, an indent and a gap', () => {
    const rows = [
      ['a', 'b'],
      ['cd', ''],
    ];
    expect(formatTable([{ width: 4 }, {}], rows, { paint, indent: '> ', gap: '|' })).toEqual([
      '> a   |b',
      '> cd',
    ]);
    expect(formatTable([{}], [], { paint })).toEqual([]);
  });

  it('is aligned by what is seen: escaped, wide and coloured text', () => {
    const rows = [
      ['\n', 'a'],
      ['日本', 'b'],
      [{ text: 'red', colour: 'red' as const }, 'c'],
    ];
    expect(formatTable([{}, {}], rows, { paint: createPaint(true) })).toEqual([
      '\\u000a  a',
      '日本    b',
      '\u001b[31mred\u001b[0m     c',
    ]);
  });

  it('of 200,000 rows does not overflow the stack', () => {
    const rows = Array.from({ length: 200_000 }, (_, index) => [String(index)]);
    expect(formatTable([{}], rows, { paint })).toHaveLength(200_000);
  });
});
