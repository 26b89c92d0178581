import { describe, expect, it } from 'vitest';
import { History } from '../../../src/monitor/history.js';

const fill = (history: History, count: number, id = 'ts_1', from = 0) => {
  for (let index = from; index < from + count; index += 1) history.add(id, index, { rss: index, cpu: 1 });
};

describe('History', () => {
  it.each([
    ['nothing yet dropped', 5, 10, [0, 1, 2, 3, 4]],
    ['exactly full', 10, 10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['the oldest dropped', 12, 10, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    ['gone round twice', 25, 10, [15, 16, 17, 18, 19, 20, 21, 22, 23, 24]],
  ])('returns its samples, oldest first: %s', (_what, count, spanS, kept) => {
    const history = new History({ periodS: 1, spanS });
    fill(history, count);
    expect(history.read('ts_1', 'rss')).toEqual(kept.map((value) => [value, value]));
  });

  it('keeps as many samples as fit into its span, also while it grows', () => {
    const history = new History({ periodS: 0.5, spanS: 100 });
    fill(history, 1000);
    const points = history.read('ts_1', 'rss') ?? [];
    expect(points).toHaveLength(200);
    expect(points[0]).toEqual([800, 800]);
    expect(points.at(-1)).toEqual([999, 999]);
  });

  it('returns only samples since a time', () => {
    const history = new History({ periodS: 1, spanS: 100 });
    fill(history, 10);
    expect(history.read('ts_1', 'rss', 8)).toEqual([
      [8, 8],
      [9, 9],
    ]);
    expect(history.read('ts_1', 'rss', 11)).toEqual([]);
  });

  it('distinguishes missing values from zero', () => {
    const history = new History({ periodS: 1, spanS: 100 });
    history.add('ts_1', 1, { rss: 1, fds: 0 });
    expect(history.read('ts_1', 'fds')).toEqual([[1, 0]]);
    expect(history.read('ts_1', 'pss')).toEqual([[1, null]]);
    expect(history.read('ts_2', 'rss')).toBeUndefined();
  });

  it('limits the number of services: a new one replaces the one that ended first', () => {
    // A sample takes 40 bytes, so there is space for two services.
    const history = new History({ periodS: 1, spanS: 10, maxBytes: 2 * 10 * 40 });
    history.add('ts_1', 1, { rss: 1 });
    history.add('ts_2', 1, { rss: 2 });
    history.add('ts_3', 1, { rss: 3 });
    expect(history.serviceIds).toEqual(['ts_1', 'ts_2']);
    for (const atS of [2, 3, 4]) history.add('ts_2', atS, { rss: 2 });
    history.add('ts_3', 4, { rss: 3 });
    expect(history.serviceIds).toEqual(['ts_2', 'ts_3']);
  });

  it('does not replace a service whose sample of this round is still missing', () => {
    const history = new History({ periodS: 1, spanS: 10, maxBytes: 2 * 10 * 40 });
    for (const atS of [1, 2, 3]) {
      for (const id of ['ts_3', 'ts_1', 'ts_2'])
        if (id !== 'ts_3' || atS === 3) history.add(id, atS, { rss: 1 });
    }
    expect(history.serviceIds).toEqual(['ts_1', 'ts_2']);
    expect(history.read('ts_1', 'rss')).toHaveLength(3);
  });

  it('keeps nothing when its span is 0', () => {
    const history = new History({ periodS: 1, spanS: 0 });
    fill(history, 3);
    expect(history.serviceIds).toEqual([]);
  });
});
