import { expect, it } from 'vitest';
import { formatList, shorten } from '../../../src/base/shorten.js';

it('a long text is shortened to its start and the number of omitted characters', () => {
  expect(shorten('x'.repeat(200))).toBe('x'.repeat(200));
  expect(shorten('x'.repeat(5000))).toBe(`${'x'.repeat(60)}… (4,940 more characters)`);
});

it('a long error message keeps its end, which lists the allowed values', () => {
  const cut = { maxLength: 1000, headLength: 500, tailLength: 400 };
  expect(shorten('x'.repeat(1000), cut)).toBe('x'.repeat(1000));
  const text = shorten(`${'x'.repeat(2000)}, allowed: y`, cut);
  expect(text).toMatch(/^x{500}… \(1,112 more characters\) …x{388}, allowed: y$/);
});

it('surrogate pairs are not split', () => {
  const text = shorten(`x${'😀'.repeat(200)}`);
  expect(text).toBe(`x${'😀'.repeat(29)}… (342 more characters)`);
  const ends = { maxLength: 10, headLength: 2, tailLength: 3 };
  expect(shorten('😀'.repeat(10), ends)).toBe('😀… (16 more characters) …😀');
});

it('a long list is shortened to its first ten items and the number of the others', () => {
  const ids = (count: number) => Array.from({ length: count }, (_, index) => `ts_${index}`);
  expect(formatList([])).toBe('');
  expect(formatList(ids(10))).toBe(ids(10).join(', '));
  expect(formatList(ids(1210))).toBe(`${ids(10).join(', ')} and 1,200 more`);
});
