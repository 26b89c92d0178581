import { describe, expect, it } from 'vitest';
import { PidReuse } from '../../../src/monitor/pid-reuse.js';

describe('PidReuse', () => {
  const run = { pid: 100, runToken: 'r1' };

  it('recognizes a process, also with an approximate start time', () => {
    const births = new PidReuse();
    expect(births.isSame('ts_1', run, 5000)).toBe(true);
    expect(births.isSame('ts_1', run, 5000)).toBe(true);
    expect(births.isSame('ts_1', run, 5040)).toBe(true);
  });

  it.each([
    ['', run],
    [', without run tokens', { pid: 100 }],
  ])('detects another process with the pid of the same run%s', (_how, same) => {
    const births = new PidReuse();
    expect(births.isSame('ts_1', same, 5000)).toBe(true);
    expect(births.isSame('ts_1', same, 95_000)).toBe(false);
    expect(births.isSame('ts_1', same, 96_000)).toBe(false);
  });

  it('starts again with each run, separately for each service', () => {
    const births = new PidReuse();
    births.isSame('ts_1', run, 5000);
    const next = { pid: 100, runToken: 'r2' };
    expect(births.isSame('ts_1', next, 95_000)).toBe(true);
    expect(births.isSame('ts_1', next, 95_000)).toBe(true);
    expect(births.isSame('ts_1', { pid: 101 }, 97_000)).toBe(true);
    expect(births.isSame('ts_2', run, 5)).toBe(true);
  });
});
