import { describe, expect, it } from 'vitest';
import type { ProcessUsage } from '../../../src/sampler/sample.js';
import { sumUsage } from '../../../src/sampler/sum-usage.js';

describe('sumUsage', () => {
  const one: ProcessUsage = {
    pid: 1,
    parent: 0,
    name: 'x',
    status: 'running',
    startedAtMs: 0,
    rssBytes: 10,
    vmsBytes: 100,
    memoryPercent: 1,
    cpuPercent: 50,
    threads: 3,
  };
  const sums = { rssBytes: 20, vmsBytes: 200, memoryPercent: 2, cpuPercent: 100, threads: 6 };

  it('leaves out values that are missing everywhere', () => expect(sumUsage([one, one])).toEqual(sums));

  it('adds the values that are known', () => {
    const all = [
      { ...one, fds: 5, readBytes: 1 },
      { ...one, readBytes: 2, writeBytes: 0, pssBytes: 4 },
    ];
    expect(sumUsage(all)).toEqual({ ...sums, fds: 5, readBytes: 3, writeBytes: 0, pssBytes: 4 });
  });
});
