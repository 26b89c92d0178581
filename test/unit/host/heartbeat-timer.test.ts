import { describe, expect, it } from 'vitest';
import { HeartbeatTimer } from '../../../src/host/heartbeat-timer.js';
import { ManualClock } from '../../../src/testing/manual-clock.js';

const INTERVAL_MS = 2000;

/** The times of the beats of a timer that starts at `startMs`, within the next `forMs`. */
function beatsOf(startMs: number, forMs: number): readonly number[] {
  const clock = new ManualClock(startMs);
  const beats: number[] = [];
  const pulse = new HeartbeatTimer(clock, INTERVAL_MS, () => beats.push(clock.now()));
  clock.advance(forMs);
  pulse.close();
  return beats;
}

describe('HeartbeatTimer', () => {
  it.each([
    { startMs: 0, beats: [2000, 4000, 6000] },
    { startMs: 1, beats: [2000, 4000, 6000] },
    { startMs: 440, beats: [2000, 4000, 6000] },
    // Its timer fired slightly early.
    { startMs: 499, beats: [2500, 4500] },
    { startMs: 500, beats: [2500, 4500, 6500] },
    { startMs: 1700, beats: [3500, 5500, 7500] },
  ])('started at $startMs beats at $beats, on quarters of its interval', ({ startMs, beats }) => {
    expect(beatsOf(startMs, 6000)).toEqual(beats);
  });

  it('reports the lag of a beat and stays on its quarter', () => {
    let nowMs = 0;
    const due: { readonly delayMs: number; readonly act: () => void }[] = [];
    const after = (delayMs: number, act: () => void) => {
      due.push({ delayMs, act });
      return () => undefined;
    };
    const lags: number[] = [];
    const pulse = new HeartbeatTimer(
      { now: () => nowMs, monotonic: () => nowMs, after },
      INTERVAL_MS,
      (lagMs) => lags.push(lagMs),
    );
    for (const [atMs] of [[2030], [3999.6], [6000]] as const) {
      nowMs = atMs;
      due.at(-1)?.act();
    }
    pulse.close();
    expect(lags).toEqual([30, 0, 0]);
    expect(due.map(({ delayMs }) => Math.round(delayMs))).toEqual([2000, 1970, 2000, 2000]);
  });

  it('does not beat with an interval of 0', () => {
    const clock = new ManualClock();
    new HeartbeatTimer(clock, 0, () => expect.unreachable());
    expect(clock.waiting).toEqual([]);
  });
});
