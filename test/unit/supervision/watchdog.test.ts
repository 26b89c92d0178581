import { describe, expect, it } from 'vitest';
import type { Sample, SampleOptions, Sampler, Target } from '../../../src/sampler/sample.js';
import { Watchdog } from '../../../src/supervision/watchdog.js';
import type { ServiceSnapshot } from '../../../src/supervision/snapshot.js';
import { createTransaction, type Transaction } from '../../../src/supervision/transaction.js';
import { testConfiguration, type ServiceSpec } from '../../helpers/context.js';
import { ManualClock } from '../../helpers/manual-clock.js';
import { id, TRANSACTION } from '../../helpers/harness.js';

/** A guard over one started service, whose figures the test sets. */
function openGuard(supervision: ServiceSpec['supervision']) {
  const clock = new ManualClock();
  const spec = { id: 'a', instance: 'Forever', ...(supervision === undefined ? {} : { supervision }) };
  const transaction: Transaction = createTransaction(TRANSACTION, testConfiguration([spec]), clock.now());
  const set = (more: Partial<ServiceSnapshot>) => {
    const services = new Map([[id('a'), { ...transaction.snapshot.services.get(id('a'))!, ...more }]]);
    transaction.snapshot = { ...transaction.snapshot, services };
  };
  set({ status: 'started', isAlive: true, pid: 100, run: 1 });
  const asked: { readonly targets: readonly Target[]; readonly options: SampleOptions }[] = [];
  const told: string[] = [];
  const errors: unknown[] = [];
  const figures = { rss: 100, cpu: 0, fault: undefined as Error | undefined };
  const sampler: Sampler = {
    sample: (targets, options = {}) => {
      asked.push({ targets, options });
      if (figures.fault !== undefined) return Promise.reject(figures.fault);
      const total = { rssBytes: figures.rss * 1024 * 1024, cpuPercent: figures.cpu, threads: 1 };
      return Promise.resolve(targets.map(() => ({ total, children: [] }) as unknown as Sample));
    },
  };
  const guard = new Watchdog({
    clock,
    createSampler: () => sampler,
    transactions: () => [transaction],
    onBreach: (_transaction, name, { run, breach }) =>
      told.push(`${name}/${run}: ${breach.limit.metric} ${breach.value}`),
    onError: (error) => errors.push(error),
  });
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      clock.advance(1000);
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    }
  };
  return { guard, clock, asked, told, errors, figures, set, pass };
}

const limit = { metric: 'rss', above: '200', for_s: '2' };

describe('the guard of limits', () => {
  it('measures nothing where no service has a limit', async () => {
    const { asked, pass } = openGuard(undefined);
    await pass(5);
    expect(asked).toEqual([]);
  });

  it('measures nothing while the service is not started', async () => {
    const { asked, pass, set } = openGuard({ limit });
    set({ status: 'stopping' });
    await pass(5);
    expect(asked).toEqual([]);
  });

  it('looks once a second, and tells an breach once', async () => {
    const { asked, told, pass, figures } = openGuard({ limit });
    await pass(3);
    expect(asked).toEqual(asked.map(() => ({ targets: [{ pid: 100 }], options: { pss: false } })));
    figures.rss = 300;
    await pass(10);
    expect(asked).toHaveLength(13);
    expect(told).toEqual(['a/1: rss 300']);
  });

  it('begins anew with each run', async () => {
    const { told, pass, figures, set } = openGuard({ limit });
    figures.rss = 300;
    await pass(2);
    set({ run: 2, pid: 101 });
    await pass(2);
    expect(told).toEqual([]);
    await pass(1);
    expect(told).toEqual(['a/2: rss 300']);
  });

  it('blames nobody for the mean since its start, which the first sample tells', async () => {
    const { told, pass, figures } = openGuard({ limit: { metric: 'cpu', above: 50 } });
    figures.cpu = 99;
    await pass(1);
    expect(told).toEqual([]);
    await pass(1);
    expect(told).toEqual(['a/1: cpu 99']);
  });

  it('asks for what costs more only where it is limited', async () => {
    const { asked, pass } = openGuard({ limit: { metric: 'pss', above: 50 } });
    await pass(1);
    expect(asked[0]!.options).toEqual({ pss: true });
  });

  it('goes on after a look that failed', async () => {
    const { told, errors, pass, figures } = openGuard({ limit });
    figures.fault = new Error('too many open files');
    await pass(2);
    expect(errors).toHaveLength(2);
    Object.assign(figures, { fault: undefined, rss: 300 });
    await pass(4);
    expect(told).toEqual(['a/1: rss 300']);
  });

  it('looks no more once it is closed', async () => {
    const { guard, asked, clock, pass } = openGuard({ limit });
    guard.close();
    await pass(3);
    expect(asked).toEqual([]);
    expect(clock.waiting).toEqual([]);
  });
});
