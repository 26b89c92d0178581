import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rotateIfTooLarge, rotateStdout } from '../../../src/host/stdout-rotation.js';
import { openFolder } from '../../helpers/folder.js';
import { ManualClock } from '../../helpers/manual-clock.js';

it('truncates a file that is too large, copies its end, and output continues at the start', async () => {
  await using folder = await openFolder();
  const path = join(folder.path, 'ts_1.out');
  const descriptor = openSync(path, 'a');
  const file = { path, descriptor, maxBytes: 10 };
  writeSync(descriptor, '0123456789');
  rotateIfTooLarge(file);
  expect(existsSync(`${path}.1`)).toBe(false);
  writeSync(descriptor, 'abc');
  rotateIfTooLarge(file);
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('3456789abc');
  expect(statSync(path).size).toBe(0);
  // A grandchild that inherited the descriptor appends.
  writeSync(descriptor, 'next');
  expect(readFileSync(path, 'utf8')).toBe('next');
  closeSync(descriptor);
});

it('truncates the file also if its end cannot be copied', async () => {
  await using folder = await openFolder();
  const path = join(folder.path, 'ts_1.out');
  const descriptor = openSync(path, 'a+');
  writeSync(descriptor, 'too much');
  rmSync(path);
  rotateIfTooLarge({ path, descriptor, maxBytes: 3 });
  writeSync(descriptor, 'x');
  expect(statSync(`/proc/self/fd/${descriptor}`).size).toBe(1);
  closeSync(descriptor);
});

it('checks the size at an interval', async () => {
  await using folder = await openFolder();
  const path = join(folder.path, 'ts_1.out');
  const descriptor = openSync(path, 'a');
  const clock = new ManualClock();
  rotateStdout({ path, descriptor, maxBytes: 3 }, clock);
  for (let round = 0; round < 3; round += 1) {
    appendFileSync(path, 'much more');
    clock.advance(5000);
    expect(statSync(path).size).toBe(0);
  }
  closeSync(descriptor);
});
