import { describe, expect, it } from 'vitest';
import { findClosest, didYouMean } from '../../../src/base/suggest.js';

describe('findClosest', () => {
  it.each([
    ['strat', ['start', 'stop', 'restart'], 'start'],
    ['STOP', ['start', 'stop'], 'stop'],
    ['on_exist', ['on_start', 'on_exit'], 'on_exit'],
    ['FrontEndpoint', ['FrontEndEndpoint', 'BackendEndpoint'], 'FrontEndEndpoint'],
    ['ts_10l', ['ts_100', 'ts_101'], 'ts_100'],
    ['wonder', ['start', 'stop'], undefined],
    ['', ['a'], undefined],
    ['a', ['bcd'], undefined],
    ['start', ['start'], undefined],
  ])('to %j of %j is %j', (word, candidates, expected) => {
    expect(findClosest(word, candidates)).toBe(expected);
  });

  it('gives no hint for extremely long words', () => {
    expect(didYouMean('x'.repeat(100_000), ['x'.repeat(100_001)])).toBeUndefined();
  });
});
