import { describe, expect, it } from 'vitest';
import { CpuMeter } from '../../../src/sampler/cpu-meter.js';

describe('CpuMeter', () => {
  const reading = (cpuMs: number, atMs: number, start = 1) => ({ cpuMs, atMs, start, ageMs: 2000 });

  it('returns the percentage since the start, then since the previous reading', () => {
    const meter = new CpuMeter();
    expect(meter.percent(7, reading(500, 10_000))).toBe(25);
    meter.endRound();
    expect(meter.percent(7, reading(1500, 11_000))).toBe(100);
    meter.endRound();
    expect(meter.percent(7, reading(3500, 12_000))).toBe(200);
  });

  it('distinguishes processes that reuse a pid', () => {
    const meter = new CpuMeter();
    meter.percent(7, reading(500, 10_000));
    meter.endRound();
    expect(meter.percent(7, reading(20, 11_000, 2))).toBe(1);
  });

  it('forgets ids that are not measured in a round', () => {
    const meter = new CpuMeter();
    meter.percent(7, reading(500, 10_000));
    meter.endRound();
    meter.endRound();
    expect(meter.percent(7, reading(1500, 11_000))).toBe(75);
  });

  it('returns the previous value after a too short interval, and continues from that reading', () => {
    const meter = new CpuMeter();
    meter.percent(7, reading(500, 10_000));
    for (const atMs of [10_001, 10_020, 10_040]) {
      meter.endRound();
      expect(meter.percent(7, reading(510, atMs))).toBe(25);
    }
    meter.endRound();
    expect(meter.percent(7, reading(550, 10_100))).toBe(50);
  });

  it('is never negative, and 0 for a new process', () => {
    const meter = new CpuMeter();
    meter.percent(7, reading(500, 10_000));
    meter.endRound();
    expect(meter.percent(7, reading(490, 11_000))).toBe(0);
    expect(meter.percent(8, { start: 1, cpuMs: 0, atMs: 0, ageMs: 0 })).toBe(0);
  });
});
