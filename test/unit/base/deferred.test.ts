import { describe, expect, it } from 'vitest';
import { createDeferred, withDeadline } from '../../../src/base/deferred.js';
import { ManualClock } from '../../helpers/manual-clock.js';

describe('withDeadline', () => {
  const late = () => new Error('late');

  it('settles like the promise and leaves no timer', async () => {
    const clock = new ManualClock();
    expect(await withDeadline(Promise.resolve(1), 10, late, clock)).toBe(1);
    await expect(withDeadline(Promise.reject(new Error('x')), 10, late, clock)).rejects.toThrow('x');
    expect(clock.waiting).toEqual([]);
  });

  it('rejects at the deadline, not before', async () => {
    const clock = new ManualClock();
    const slow = createDeferred<number>();
    let settled = 'no';
    const waiting = withDeadline(slow.promise, 10, late, clock).catch((error: unknown) => {
      settled = String(error);
    });
    clock.advance(9);
    await Promise.resolve();
    expect(settled).toBe('no');
    clock.advance(1);
    await waiting;
    expect(settled).toBe('Error: late');
  });

  it('ignores a rejection after the deadline', async () => {
    const clock = new ManualClock();
    const slow = createDeferred<number>();
    const waiting = withDeadline(slow.promise, 10, late, clock);
    clock.advance(10);
    await expect(waiting).rejects.toThrow('late');
    slow.reject(new Error('ignored'));
  });
});
