import { describe, expect, it } from 'vitest';
import { PidReuse } from '../../../src/monitor/pid-reuse.js';

describe('the births of processes', () => {
  const run = { serviceId: 'ts_1', pid: 100, restarts: 0 };

  it('know a process again, also where its start is only reckoned', () => {
    const births = new PidReuse();
    expect(births.isSame(run, 5000)).toBe(true);
    expect(births.isSame(run, 5000)).toBe(true);
    expect(births.isSame(run, 5040)).toBe(true);
  });

  it('tell a stranger that has been given the pid, for as long as the run is said to be the same', () => {
    const births = new PidReuse();
    expect(births.isSame(run, 5000)).toBe(true);
    expect(births.isSame(run, 95_000)).toBe(false);
    expect(births.isSame(run, 96_000)).toBe(false);
  });

  it('begin anew with each run, and are apart for each service', () => {
    const births = new PidReuse();
    births.isSame(run, 5000);
    expect(births.isSame({ ...run, restarts: 1 }, 95_000)).toBe(true);
    expect(births.isSame({ ...run, restarts: 1 }, 95_000)).toBe(true);
    expect(births.isSame({ ...run, pid: 101, restarts: 1 }, 97_000)).toBe(true);
    expect(births.isSame({ ...run, serviceId: 'ts_2' }, 5)).toBe(true);
  });
});
