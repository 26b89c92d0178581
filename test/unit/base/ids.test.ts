import { describe, expect, it } from 'vitest';
import {
  createTransactionId,
  createUniqueId,
  isId,
  parseServiceId,
  parseTransactionId,
} from '../../../src/base/ids.js';

describe('ids', () => {
  it.each(['a', 'ts_100', 'A'.repeat(128), '_x', '0', 'a.b:c-d'])('%s is a valid id', (text) => {
    expect(isId(text)).toBe(true);
    expect([parseServiceId(text), parseTransactionId(text)]).toEqual([text, text]);
  });

  it.each(['', ' ', 'a b', '.a', '-a', ':a', '../a', 'a/b', 'ä', 'a\n', 'A'.repeat(129), 'a@@@', 'a\0'])(
    '%j is not a valid id',
    (text) => {
      expect(isId(text)).toBe(false);
      expect([parseServiceId(text), parseTransactionId(text)]).toEqual([undefined, undefined]);
    },
  );

  it('of new transactions are unique and have 20 characters of A-Z0-9', () => {
    const made = Array.from({ length: 1000 }, createTransactionId);
    expect(made.filter((each) => !/^[A-Z0-9]{20}$/.test(each))).toEqual([]);
    expect(new Set(made).size).toBe(1000);
    expect(new Set(made.join('')).size).toBe(36);
  });

  it('of messages are unique and valid in a header', () => {
    const made = Array.from({ length: 1000 }, createUniqueId);
    expect(made.filter((each) => !/^[\w-]{12}$/.test(each))).toEqual([]);
    expect(new Set(made).size).toBe(1000);
  });
});
