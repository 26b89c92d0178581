import { expect, it, vi } from 'vitest';
import { throttledWarning } from '../../../src/base/throttled-log.js';

it('logs the first warning, and a minute later the number of all', () => {
  vi.useFakeTimers();
  try {
    const logged: unknown[] = [];
    const warn = throttledWarning({ warn: (message, fields) => logged.push([message, fields]) });
    for (let index = 0; index < 1000; index += 1) warn('no message', { topic: 'control' });
    expect(logged).toEqual([['no message', { topic: 'control', so_far: 1 }]]);
    vi.advanceTimersByTime(60_000);
    warn('no message');
    expect(logged).toHaveLength(2);
    expect(logged[1]).toEqual(['no message', { so_far: 1001 }]);
  } finally {
    vi.useRealTimers();
  }
});
