import { expect, it } from 'vitest';
import { StartupBuffer } from '../../../src/provider/startup-buffer.js';

it('keeps the order of arrival', () => {
  const buffer = new StartupBuffer();
  const handled: number[] = [];
  expect(buffer.hold(1, () => handled.push(1))).toBe(true);
  buffer.add(() => handled.push(2));
  expect(buffer.hold(1, () => handled.push(3))).toBe(true);
  buffer.release();
  expect(handled).toEqual([1, 2, 3]);
});

it('holds 10,000 frames, and always what is not a frame', () => {
  const buffer = new StartupBuffer();
  let handled = 0;
  const count = () => void (handled += 1);
  for (let index = 0; index < 10_000; index += 1) expect(buffer.hold(1, count)).toBe(true);
  expect(buffer.hold(1, count)).toBe(false);
  buffer.add(count);
  buffer.release();
  expect(handled).toBe(10_001);
});

it('holds 64 MiB', () => {
  const buffer = new StartupBuffer();
  const mib = 1024 * 1024;
  const nothing = () => undefined;
  expect(buffer.hold(63 * mib, nothing)).toBe(true);
  expect(buffer.hold(2 * mib, nothing)).toBe(false);
  expect(buffer.hold(mib, nothing)).toBe(true);
  expect(buffer.hold(1, nothing)).toBe(false);
});
