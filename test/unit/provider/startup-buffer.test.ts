import { expect, it } from 'vitest';
import { StartupBuffer } from '../../../src/provider/startup-buffer.js';

it('keeps the order of what came', () => {
  const waiting = new StartupBuffer();
  const told: number[] = [];
  expect(waiting.hold(1, () => told.push(1))).toBe(true);
  waiting.add(() => told.push(2));
  expect(waiting.hold(1, () => told.push(3))).toBe(true);
  waiting.end();
  expect(told).toEqual([1, 2, 3]);
});

it('has room for 10,000 frames, and always for what is none', () => {
  const waiting = new StartupBuffer();
  let told = 0;
  const count = () => void (told += 1);
  for (let index = 0; index < 10_000; index += 1) expect(waiting.hold(1, count)).toBe(true);
  expect(waiting.hold(1, count)).toBe(false);
  waiting.add(count);
  waiting.end();
  expect(told).toBe(10_001);
});

it('has room for 64 MiB, whoever comes with them', () => {
  const waiting = new StartupBuffer();
  const mib = 1024 * 1024;
  const nothing = () => undefined;
  expect(waiting.hold(63 * mib, nothing)).toBe(true);
  expect(waiting.hold(2 * mib, nothing)).toBe(false);
  expect(waiting.hold(mib, nothing)).toBe(true);
  expect(waiting.hold(1, nothing)).toBe(false);
});
