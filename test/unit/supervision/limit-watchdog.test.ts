import { describe, expect, it } from 'vitest';
import type { Sample, SampleOptions, Sampler, Target } from '../../../src/sampler/sample.js';
import { LimitWatchdog } from '../../../src/supervision/limit-watchdog.js';
import type { ServiceSnapshot } from '../../../src/supervision/snapshot.js';
import { createTransaction, type Transaction } from '../../../src/supervision/transaction.js';
import { testConfiguration, type ServiceSpec } from '../../helpers/context.js';
import { ManualClock } from '../../helpers/manual-clock.js';
import { id, TRANSACTION } from '../../helpers/harness.js';

/** A watchdog of one started service, whose usage the test sets. */
function openWatchdog(supervision: ServiceSpec['supervision']) {
  const clock = new ManualClock();
  const spec = { id: 'a', instance: 'Forever', ...(supervision === undefined ? {} : { supervision }) };
  const transaction: Transaction = createTransaction(TRANSACTION, testConfiguration([spec]), clock.now());
  const set = (more: Partial<ServiceSnapshot>) => {
    const services = new Map([[id('a'), { ...transaction.snapshot.services.get(id('a'))!, ...more }]]);
    transaction.snapshot = { ...transaction.snapshot, services };
  };
  set({ status: 'started', isAlive: true, pid: 100, run: 1 });
  const requests: { readonly targets: readonly Target[]; readonly options: SampleOptions }[] = [];
  const reports: string[] = [];
  const errors: unknown[] = [];
  const usage = { rss: 100, cpu: 0, fault: undefined as Error | undefined };
  const sampler: Sampler = {
    sample: (targets, options = {}) => {
      requests.push({ targets, options });
      if (usage.fault !== undefined) return Promise.reject(usage.fault);
      const total = { rssBytes: usage.rss * 1024 * 1024, cpuPercent: usage.cpu, threads: 1 };
      return Promise.resolve(targets.map(() => ({ total, children: [] }) as unknown as Sample));
    },
  };
  const watchdog = new LimitWatchdog({
    clock,
    createSampler: () => sampler,
    transactions: { all: [transaction] },
    onBreach: (_transaction, name, { run, breach }) =>
      reports.push(`${name}/${run}: ${breach.limit.metric} ${breach.value}`),
    onError: (error) => errors.push(error),
  });
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      clock.advance(1000);
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    }
  };
  return { watchdog, clock, requests, reports, errors, usage, set, pass };
}

const limit = { metric: 'rss', above: '200', for_s: '2' };

describe('LimitWatchdog', () => {
  it('samples nothing when no service has a limit', async () => {
    const { requests, pass } = openWatchdog(undefined);
    await pass(5);
    expect(requests).toEqual([]);
  });

  it('samples nothing while the service is not started', async () => {
    const { requests, pass, set } = openWatchdog({ limit });
    set({ status: 'stopping' });
    await pass(5);
    expect(requests).toEqual([]);
  });

  it('samples once a second and reports a breach once', async () => {
    const { requests, reports, pass, usage } = openWatchdog({ limit });
    await pass(3);
    expect(requests).toEqual(requests.map(() => ({ targets: [{ pid: 100 }], options: { pss: false } })));
    usage.rss = 300;
    await pass(10);
    expect(requests).toHaveLength(13);
    expect(reports).toEqual(['a/1: rss 300']);
  });

  it('starts from zero with each run', async () => {
    const { reports, pass, usage, set } = openWatchdog({ limit });
    usage.rss = 300;
    await pass(2);
    set({ run: 2, pid: 101 });
    await pass(2);
    expect(reports).toEqual([]);
    await pass(1);
    expect(reports).toEqual(['a/2: rss 300']);
  });

  it('ignores the cpu of the first sample, which is the mean since the start', async () => {
    const { reports, pass, usage } = openWatchdog({ limit: { metric: 'cpu', above: 50 } });
    usage.cpu = 99;
    await pass(1);
    expect(reports).toEqual([]);
    await pass(1);
    expect(reports).toEqual(['a/1: cpu 99']);
  });

  it('samples pss only when it is limited', async () => {
    const { requests, pass } = openWatchdog({ limit: { metric: 'pss', above: 50 } });
    await pass(1);
    expect(requests[0]!.options).toEqual({ pss: true });
  });

  it('continues after a failed round', async () => {
    const { reports, errors, pass, usage } = openWatchdog({ limit });
    usage.fault = new Error('too many open files');
    await pass(2);
    expect(errors).toHaveLength(2);
    Object.assign(usage, { fault: undefined, rss: 300 });
    await pass(4);
    expect(reports).toEqual(['a/1: rss 300']);
  });

  it('samples nothing after close', async () => {
    const { watchdog, requests, clock, pass } = openWatchdog({ limit });
    watchdog.close();
    await pass(3);
    expect(requests).toEqual([]);
    expect(clock.waiting).toEqual([]);
  });
});
