// The run token identifies a run in all messages about it, of the service itself and of the provider.

import { expect, test } from 'vitest';
import type { TransactionInfo } from '../../../src/messages/context-info.js';
import { observeBus, type ControlBody } from '../../helpers/bus-observer.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { openProvider } from '../../helpers/provider.js';
import { eventsOf, thread } from '../../helpers/threads.js';

expectNoLeftovers();

const namesOf = (events: readonly ControlBody[]) => events.map(({ header }) => header.action);

test('All messages of a run carry its run token, and those of the next run another one.', async () => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'Forever' },
    thread('ts_2', 'Forever'),
    // The other threads keep their process, so that both runs of ts_2 have one pid.
    thread('ts_3', 'Forever'),
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const tokenOf = async (id: string) => {
    const { tasks } = (await client.request('T1')) as TransactionInfo;
    return tasks.find((each) => each.service_id === id)?.run_token;
  };
  await client.command({ action: 'start', transaction: 'T1' });
  for (const id of ['ts_1', 'ts_2']) {
    const first = await tokenOf(id);
    const { status } = await client.command({ action: 'restart', transaction: 'T1', serviceId: id });
    expect(status).toMatchObject({ result: 'success', services: [{ state: 'started' }] });
    const second = await tokenOf(id);
    expect([first, second]).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/), expect.any(String)]);
    expect(second).not.toBe(first);
    const ofRun = (token: unknown) =>
      eventsOf(observer, id).filter(({ header }) => header.run_token === token);
    expect(namesOf(ofRun(first))).toEqual(['created', 'started', 'stopped']);
    expect(namesOf(ofRun(second))).toEqual(['created', 'started']);
  }
  const pids = eventsOf(observer, 'ts_2').map(({ content }) => content.status.pid);
  expect(new Set(pids).size).toBe(1);
});

test('What the provider reports of a killed service carries the token of that run.', async () => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'Forever', transitions: { on_fail: 'restart ts_1' } },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  process.kill(status.services[0]!.pid!, 'SIGKILL');
  const failed = await observer.waitForEvent('ts_1', 'failed');
  const [created] = eventsOf(observer, 'ts_1');
  expect(failed.header.run_token).toBe(created?.header.run_token);
  expect(failed.header.sender).not.toBe(created?.header.sender);
});
