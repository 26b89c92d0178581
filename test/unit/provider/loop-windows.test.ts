import type { EventLoopUtilization } from 'node:perf_hooks';
import { expect, it } from 'vitest';
import { LoopWindows, WINDOW_MS, type LoopReading } from '../../../src/provider/loop-windows.js';

const busyAt = (active: number, idle: number): EventLoopUtilization => ({ active, idle, utilization: 0 });
const reading = (count: number, lagMs: number, busy = busyAt(0, 0)): LoopReading => ({
  count,
  meanMs: lagMs,
  p99Ms: lagMs * 2,
  maxMs: lagMs * 3,
  busy,
});
const open = () => new LoopWindows(0, busyAt(0, 0));

it('returns the same to every query within a window', () => {
  const windows = open();
  const { loop, isOver } = windows.take(reading(10, 5), WINDOW_MS - 1);
  expect({ loop, isOver }).toMatchObject({
    loop: { lag_mean_ms: 5, lag_p99_ms: 10, lag_max_ms: 15 },
    isOver: false,
  });
  expect(windows.take(reading(10, 5), WINDOW_MS - 1)).toEqual({ loop, isOver: false });
});

it('keeps the window before the present one, and no other', () => {
  const windows = open();
  expect(windows.take(reading(10, 30), WINDOW_MS).isOver).toBe(true);
  expect(windows.take(reading(20, 3), WINDOW_MS + 1).loop).toMatchObject({
    lag_mean_ms: 12,
    lag_p99_ms: 60,
    lag_max_ms: 90,
  });
  expect(windows.take(reading(20, 3), 2 * WINDOW_MS)).toMatchObject({
    loop: { lag_max_ms: 90 },
    isOver: true,
  });
  expect(windows.take(reading(20, 2), 2 * WINDOW_MS + 1).loop).toMatchObject({ lag_max_ms: 9 });
});

it('returns no lag before it was measured', () => {
  expect(open().take(reading(0, NaN), 1).loop).toMatchObject({
    lag_mean_ms: 0,
    lag_p99_ms: 0,
    lag_max_ms: 0,
  });
});

it('returns how busy the loop was in both windows', () => {
  const windows = open();
  expect(windows.take(reading(1, 0, busyAt(50, 50)), WINDOW_MS).loop.utilization).toBe(0.5);
  expect(windows.take(reading(1, 0, busyAt(50, 150)), WINDOW_MS + 1).loop.utilization).toBe(0.25);
  windows.take(reading(1, 0, busyAt(50, 150)), 2 * WINDOW_MS);
  expect(windows.take(reading(1, 0, busyAt(150, 150)), 2 * WINDOW_MS + 1).loop.utilization).toBe(0.5);
});
