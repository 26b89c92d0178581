import { expect, it } from 'vitest';
import { listSome, shorten } from '../../../src/base/shorten.js';

it('a text is told whole, or by its start and how much is left out', () => {
  expect(shorten('x'.repeat(200))).toBe('x'.repeat(200));
  expect(shorten('x'.repeat(5000))).toBe(`${'x'.repeat(60)}… (4,940 more characters)`);
});

it('a fault keeps its end too, which says what is allowed', () => {
  const cut = { most: 1000, start: 500, end: 400 };
  expect(shorten('x'.repeat(1000), cut)).toBe('x'.repeat(1000));
  const told = shorten(`${'x'.repeat(2000)}, allowed: y`, cut);
  expect(told).toMatch(/^x{500}… \(1,112 more characters\) …x{388}, allowed: y$/);
});

it('no character is halved', () => {
  const told = shorten(`x${'😀'.repeat(200)}`);
  expect(told).toBe(`x${'😀'.repeat(29)}… (342 more characters)`);
  const ends = { most: 10, start: 2, end: 3 };
  expect(shorten('😀'.repeat(10), ends)).toBe('😀… (16 more characters) …😀');
});

it('a list is told whole, or its first ten and how many more', () => {
  const ids = (count: number) => Array.from({ length: count }, (_, index) => `ts_${index}`);
  expect(listSome([])).toBe('');
  expect(listSome(ids(10))).toBe(ids(10).join(', '));
  expect(listSome(ids(1210))).toBe(`${ids(10).join(', ')} and 1,200 more`);
});
