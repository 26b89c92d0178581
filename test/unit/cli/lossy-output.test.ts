// Output that is not read or cannot be written: bounded, counted, and reported once it can be written again.

import { expect, test } from 'vitest';
import { LossyOutput } from '../../../src/cli/terminal/lossy-output.js';

/** Takes `fault` as the outcome of each write; what waits is `writableLength`. */
class FakeOutput {
  readonly written: string[] = [];
  fault: Error | undefined;
  writableLength = 0;

  write(text: string, done: (error?: Error | null) => void): boolean {
    if (this.fault === undefined) this.written.push(text);
    done(this.fault ?? null);
    return true;
  }
}

function openOutput() {
  const output = new FakeOutput();
  const lossy = new LossyOutput(output as never, ({ lines, code }) => `lost ${lines} ${code}\n`);
  return { output, lossy };
}

test('Lines are dropped while too much is unread, and the next line reports how many.', () => {
  const { output, lossy } = openOutput();
  lossy.write('first\n');
  output.writableLength = 1024 * 1024 + 1;
  for (let count = 0; count < 1000; count += 1) lossy.write('x\n');
  output.writableLength = 0;
  lossy.write('next\n');
  lossy.write('last\n');
  expect(output.written).toEqual(['first\n', 'lost 1000 unread\nnext\n', 'last\n']);
});

test.each(['ENOSPC', 'EIO', 'EPIPE', 'EFBIG'])(
  'A write that fails with %s is counted, not thrown.',
  (code) => {
    const { output, lossy } = openOutput();
    output.fault = Object.assign(new Error('failed'), { code });
    for (let count = 0; count < 3; count += 1) lossy.write('x\n');
    output.fault = undefined;
    lossy.write('next\n');
    // A part of the last line may be there.
    expect(output.written).toEqual([`\nlost 3 ${code}\nnext\n`]);
  },
);
