import { describe, expect, it } from 'vitest';
import { atLeast, atMost, composeMeasurement, meetsGoal, interleave } from '../../../bench/measurement.js';
import { quantile, ratios, spreadOf } from '../../../bench/statistics.js';
import { formatNumber, formatTable } from '../../../bench/table.js';

describe('the statistics of a benchmark', () => {
  it.each([
    [[3], 0.5, 3],
    [[4, 1, 3, 2], 0, 1],
    [[4, 1, 3, 2], 1, 4],
    [[4, 1, 3, 2], 0.5, 2.5],
    [[10, 20], 0.25, 12.5],
  ])('of %j below %d lies %d', (values, share, expected) => {
    expect(quantile(values, share)).toBe(expected);
  });

  it('have nothing to say about no values', () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError);
    expect(() => ratios([1], [])).toThrow(RangeError);
  });

  it('give median, ends and size of a series', () => {
    expect(spreadOf([5, 1, 9])).toEqual({ median: 5, min: 1, max: 9, count: 3 });
  });

  it('compare each value with the one measured next to it', () => {
    expect(ratios([2, 9], [1, 3])).toEqual([2, 3]);
  });
});

describe('a figure', () => {
  const figure = (goal?: ReturnType<typeof atMost>) =>
    composeMeasurement({
      name: 'walking',
      baseline: 'running',
      unit: 'ms',
      ours: [20, 40, 30],
      base: [10, 10, 10],
      ...(goal === undefined ? {} : { goal }),
    });

  it.each([
    [atMost(3), true],
    [atMost(2.9), false],
    [atLeast(3), true],
    [atLeast(3.1), false],
    [undefined, undefined],
  ])('with the goal %j holds: %s', (goal, expected) => {
    expect(meetsGoal(figure(goal))).toBe(expected);
  });

  it('is a line of a table', () => {
    expect(formatTable([figure(atMost(2))])).toMatchInlineSnapshot(`
      "figure   ours     baseline         ratio (min..max)   goal
      walking  30.0 ms  10.0 ms running  3.00 (2.00..4.00)  at most 2  MISSED
      "
    `);
  });

  it.each([
    [1234.4, '1,234'],
    [12.345, '12.3'],
    [0.01234, '0.0123'],
  ])('shows %d as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it('is measured in turns', async () => {
    const order: string[] = [];
    const measure = (name: string) => () => Promise.resolve(order.push(name));
    const series = await interleave(2, { a: measure('a'), b: measure('b') });
    expect(order).toEqual(['a', 'b', 'a', 'b']);
    expect(series).toEqual({ a: [1, 3], b: [2, 4] });
  });
});
