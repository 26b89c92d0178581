import { describe, expect, it } from 'vitest';
import { PidReuse } from '../../../src/monitor/pid-reuse.js';

describe('PidReuse', () => {
  const run = { serviceId: 'ts_1', pid: 100, restarts: 0 };

  it('recognizes a process, also with an approximate start time', () => {
    const births = new PidReuse();
    expect(births.isSame(run, 5000)).toBe(true);
    expect(births.isSame(run, 5000)).toBe(true);
    expect(births.isSame(run, 5040)).toBe(true);
  });

  it('detects another process with the pid of the same run', () => {
    const births = new PidReuse();
    expect(births.isSame(run, 5000)).toBe(true);
    expect(births.isSame(run, 95_000)).toBe(false);
    expect(births.isSame(run, 96_000)).toBe(false);
  });

  it('starts again with each run, separately for each service', () => {
    const births = new PidReuse();
    births.isSame(run, 5000);
    expect(births.isSame({ ...run, restarts: 1 }, 95_000)).toBe(true);
    expect(births.isSame({ ...run, restarts: 1 }, 95_000)).toBe(true);
    expect(births.isSame({ ...run, pid: 101, restarts: 1 }, 97_000)).toBe(true);
    expect(births.isSame({ ...run, serviceId: 'ts_2' }, 5)).toBe(true);
  });
});
