import { expect, it, vi } from 'vitest';
import { throttledWarning } from '../../../src/base/throttled-log.js';

it('tells the first of a flood, and a minute later how many there were', () => {
  vi.useFakeTimers();
  try {
    const told: unknown[] = [];
    const warn = throttledWarning({ warn: (message, fields) => told.push([message, fields]) });
    for (let index = 0; index < 1000; index += 1) warn('no message', { topic: 'control' });
    expect(told).toEqual([['no message', { topic: 'control', so_far: 1 }]]);
    vi.advanceTimersByTime(60_000);
    warn('no message');
    expect(told).toHaveLength(2);
    expect(told[1]).toEqual(['no message', { so_far: 1001 }]);
  } finally {
    vi.useRealTimers();
  }
});
