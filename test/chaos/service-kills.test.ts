// kill -9 of services, and crash loops: reported once, restarted, and given up at the limit.

import { expect, test } from 'vitest';
import { chaosRounds, print, createRandom } from '../helpers/chaos.js';
import { eventually } from '../helpers/eventually.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { observeBus, type BusObserver } from '../helpers/bus-observer.js';
import { openProvider } from '../helpers/provider.js';
import { TRANSACTION } from '../helpers/project.js';

expectNoLeftovers();

const rounds = chaosRounds(5);
const random = createRandom();

const count = (observer: BusObserver, event: string) =>
  observer.events().filter((each) => each === event).length;

test(
  `A service killed ${rounds} times fails once each time, fires once, and is replaced (seed ${random.seed}).`,
  async () => {
    const supervision = { max_restarts: 1_000_000, backoff_s: 0, heartbeat_s: 0.2 };
    const ids = ['ts_1', 'ts_2', 'ts_3'];
    await using test = await openProvider([
      ...ids.map((id) => ({
        id,
        instance: 'Forever',
        transitions: { on_fail: `restart ${id} note` },
        supervision,
      })),
      { id: 'note', instance: 'Forever', entry: 'on_fail' as const, supervision },
    ]);
    const client = await test.client();
    const { status } = await client.command({ action: 'start', transaction: TRANSACTION });
    const pids = new Map(status.services.map((each) => [each.service_id, each.pid!]));
    const tookMs: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const victim = random.pick(ids);
      await using observer = await observeBus(test.provider.endpoints);
      const killedMs = performance.now();
      process.kill(pids.get(victim)!, 'SIGKILL');
      const failed = await observer.waitForEvent(victim, 'failed');
      expect(failed.content.status).toMatchObject({ reason: 'signal', signal: 'SIGKILL' });
      const started = await observer.waitForEvent(victim, 'started');
      tookMs.push(Math.round(performance.now() - killedMs));
      pids.set(victim, started.content.status.pid as number);
      await observer.waitForEvent('note', 'started');
      expect(['failed', 'started'].map((action) => count(observer, `${action} ${victim}`))).toEqual([1, 1]);
      // One launch per round proves that on_fail has fired once.
      expect(count(observer, 'created note')).toBe(1);
    }
    const sorted = tookMs.toSorted((one, other) => one - other);
    print(`service killed ${rounds} times: replaced after ${sorted[Math.floor(rounds / 2)]!} ms (median)`);
  },
  60_000 + rounds * 10_000,
);

test('A crash loop stops at its limit with gave_up; a restart clears it.', async () => {
  const limit = 4;
  await using test = await openProvider([
    {
      id: 'ts_1',
      instance: 'ExitsWith3',
      transitions: { on_fail: 'restart ts_1' },
      supervision: { max_restarts: limit, restart_window_s: 600, backoff_s: 0.01, backoff_max_s: 0.02 },
    },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const service = async () =>
    (await client.command({ action: 'list' })).status.transactions![0]!.services[0]!;
  for (let loop = 1; loop <= 2; loop += 1) {
    const action = loop === 1 ? 'start' : 'restart';
    await client.command({ action, transaction: TRANSACTION });
    await eventually(
      async () => (await service()).error?.code === 'SVC_GAVE_UP' && gaveUp(observer) === loop,
      'it is given up',
    );
    expect(count(observer, 'created ts_1')).toBe(loop * (limit + 1));
    expect(await service()).toMatchObject({ state: 'failed', pid: null });
  }
});

function gaveUp(observer: BusObserver): number {
  return observer.seen.items.filter(
    (each) =>
      each.kind === 'message' &&
      each.message.kind === 'service_event' &&
      each.message.content.status.reason === 'gave_up',
  ).length;
}
