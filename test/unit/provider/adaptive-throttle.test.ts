import { describe, expect, it } from 'vitest';
import { createDeferred } from '../../../src/base/deferred.js';
import { AdaptiveThrottle } from '../../../src/provider/adaptive-throttle.js';
import { ManualClock } from '../../helpers/manual-clock.js';

describe('AdaptiveThrottle', () => {
  it('runs in the next turn of the event loop, once for several changes', () => {
    const clock = new ManualClock();
    let published = 0;
    const publisher = new AdaptiveThrottle(clock, () => (published += 1), { share: 0.1 });
    publisher.changed();
    publisher.changed();
    expect(published).toBe(0);
    expect(clock.waiting).toEqual([0]);
    clock.advance(0);
    expect(published).toBe(1);
    expect(clock.waiting).toEqual([]);
  });

  it('pauses until the last run has taken no more than its share of the time', () => {
    const clock = new ManualClock();
    const publisher = new AdaptiveThrottle(clock, () => clock.advance(20), { share: 0.02 });
    publisher.changed();
    publisher.flush();
    publisher.changed();
    expect(clock.waiting).toEqual([20 * 49]);
  });

  it('counts the time of an asynchronous run, up to the longest pause', async () => {
    const clock = new ManualClock();
    const written = createDeferred<void>();
    const writer = new AdaptiveThrottle(clock, () => written.promise, { share: 0.1, maxPauseMs: 100 });
    writer.changed();
    clock.advance(0);
    clock.advance(20);
    written.resolve();
    await written.promise;
    writer.changed();
    expect(clock.waiting).toEqual([100]);
  });

  it('runs at once on flush, leaves no timer, and does nothing without a change', () => {
    const clock = new ManualClock();
    let published = 0;
    const publisher = new AdaptiveThrottle(clock, () => (published += 1), { share: 0.1 });
    publisher.flush();
    expect(published).toBe(0);
    publisher.changed();
    publisher.flush();
    expect(published).toBe(1);
    clock.advance(1_000_000);
    expect(published).toBe(1);
  });
});
