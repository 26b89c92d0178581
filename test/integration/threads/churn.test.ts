// Many threads start and end while messages are in transit: nothing aborts and nothing leaks.

import { expect, test } from 'vitest';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus, type ControlBody } from '../../helpers/bus-observer.js';
import { openProvider } from '../../helpers/provider.js';
import { isRunning } from '../../helpers/processes.js';
import { countDescriptors, countsOf, tickingThread, residentMiB, thread } from '../../helpers/threads.js';

expectNoLeftovers();

/** The number of starts and stops; five threads start and end together. */
const ROUNDS = Number(process.env.CONTEXTD_CHAOS_ROUNDS ?? 60);
const AT_ONCE = 5;
/** Warm-up until caches and pools have their final size. */
const WARM_UP = 40;
/** In MiB. A leaked isolate uses at least 5 MiB. */
const MOST_GROWN = 40;

test(
  `After ${ROUNDS} starts and stops of threads with messages in flight their process has not grown.`,
  { timeout: 60_000 + ROUNDS * 500 },
  async () => {
    const busy = { every_ms: '2' };
    const spent = new Set<unknown>();
    const ids = Array.from({ length: AT_ONCE }, (_, index) => `ts_${index + 1}`);
    await using test = await openProvider([
      tickingThread,
      ...ids.map((id, index) =>
        thread(id, index > 0 ? 'Ticks' : 'ReceivesEvents', { entry: 'on_exit', configuration: busy }),
      ),
    ]);
    await using observer = await observeBus(test.provider.endpoints);
    const client = await test.client({ timeoutMs: 20_000 });
    const { status } = await client.command({ action: 'start', transaction: 'T1' });
    const pid = status.services[0]!.pid!;
    const nextRun = async (id: string) => {
      const { body } = await observer.seen.waitFor((each) => {
        if (each.topic !== 'control') return false;
        const { header } = each.body as ControlBody;
        return header.action === 'created' && header.service_id === id && !spent.has(header.sender);
      });
      spent.add((body as ControlBody).header.sender);
    };
    const both = async (serviceId: string, isPatient: boolean) => {
      const started = client.command({ action: 'start', transaction: 'T1', serviceId });
      await nextRun(serviceId);
      if (isPatient) expect((await started).status.result).toBe('success');
      const stopped = client.command({ action: 'stop', transaction: 'T1', serviceId });
      await Promise.all([started, stopped]);
      expect((await stopped).status.services).toMatchObject([{ state: 'stopped' }]);
    };
    const churn = async (count: number) => {
      for (let done = 0; done < count; done += AT_ONCE)
        await Promise.all(ids.map((id, index) => both(id, (done / AT_ONCE + index) % 3 !== 0)));
    };
    await churn(WARM_UP);
    const before = { descriptors: countDescriptors(pid), memory: residentMiB(pid) };
    await churn(ROUNDS);
    await eventually(() => countDescriptors(pid) <= before.descriptors, 'all descriptors are closed');
    const grown = () => residentMiB(pid) - before.memory;
    // Memory that is not yet collected goes up and down; leaked memory only goes up.
    for (let more = 0; grown() >= MOST_GROWN && more < ROUNDS; more += 20) await churn(20);
    expect(grown()).toBeLessThan(MOST_GROWN);
    expect(isRunning(pid)).toBe(true);
    const counts = countsOf(observer, 'ts_9');
    expect(counts).toEqual(counts.map((_, index) => index + 1));
  },
);
