// The test kit's whole contexts: real processes, in a provider of their own.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/package.js';
import { ManualClock, openContext } from '../../../src/testing/index.js';
import { fixtureServices as location } from '../../helpers/context.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';

expectNoLeftovers();

const ECHO = join(packageRoot, 'conf', 'Context-EchoAction.xml');
const forever = { id: 'ts_1', instance: 'Forever', location };

test('A context file runs on free ports, twice at once, and leaves nothing in its folder.', async () => {
  const state = join(packageRoot, '.contextd');
  const before = existsSync(state);
  const options = { file: ECHO, configuration: { ts_100: { count_s: 0.05 } } };
  await using one = await openContext(options);
  await using other = await openContext(options);
  for (const context of [one, other]) {
    const { status } = await context.start();
    expect(status).toMatchObject({ result: 'success', services: [{ service_id: 'ts_100' }] });
    const { items, serviceName } = await context.event('ts_100', 'updated');
    expect(items).toMatchObject({ shout: expect.stringMatching(/^IT IS/) as string, counted_s: 0.05 });
    expect(serviceName).toBe('echo_action');
    expect(await context.log('ts_100')).toContain('IT IS');
    await context.stop();
    await context.event('ts_100', 'stopped');
  }
  expect(one.pidOf('ts_100')).not.toBe(other.pidOf('ts_100'));
  expect(existsSync(state)).toBe(before);
});

test('A killed service has failed, and its transitions fire.', async () => {
  await using context = await openContext({
    services: [
      { ...forever, transitions: { on_fail: 'start ts_2' } },
      { ...forever, id: 'ts_2', entry: 'on_fail' },
    ],
  });
  await context.start();
  context.kill('ts_1');
  expect((await context.event('ts_1', 'failed')).items).toMatchObject({ error: { code: 'SVC_EXITED' } });
  await context.event('ts_2', 'started');
  await context.start('ts_1');
  // The second start of ts_1, not the first again.
  await context.event('ts_1', 'started');
  const { status } = await context.event('ts_1', 'started');
  expect(context.pidOf('ts_1')).toBe(status.pid);
  expect(context.notices.map(({ kind }) => kind)).toContain('transition');
});

test('Tasks receive an event that the test sends.', async () => {
  await using context = await openContext({ services: [{ ...forever, instance: 'ReceivesEvents' }] });
  await context.start();
  await context.send({ action: 'updated', serviceId: 'ts_9', items: { level: 3 } });
  const { items } = await context.event('ts_1', 'updated');
  expect(items).toMatchObject({ from: 'ts_9', items: { level: 3 } });
});

test('The provider can run by the clock of the test: a start timeout is over when the test says so.', async () => {
  const clock = new ManualClock(Date.now());
  await using context = await openContext({
    clock,
    services: [{ ...forever, instance: 'SlowStart', configuration: { start_ms: 600_000 } }],
  });
  const answer = context.start();
  await context.event('ts_1', 'created');
  clock.advance(120_000);
  expect((await context.event('ts_1', 'failed')).items).toMatchObject({
    error: { code: 'SVC_START_TIMEOUT' },
  });
  expect((await answer).status.result).toBe('failure');
});

describe('A context that cannot be opened', () => {
  test.each([
    ['has no file', { file: 'conf/Context-None.xml' }, { code: 'XML_UNREADABLE' }],
    [
      'has transitions that lead nowhere',
      { services: [{ ...forever, transitions: { on_exit: 'start ts_9' } as const }] },
      { code: 'CTX_INVALID' },
    ],
    [
      'is to be configured where nothing is',
      { file: ECHO, configuration: { ts_1: {} } },
      { message: 'configuration: no service ts_1; there are ts_100' },
    ],
  ])('%s', async (_what, options, error) => {
    await expect(openContext(options)).rejects.toMatchObject(error);
  });
});

test('An event that does not occur is an error with the events that occurred, and with the reason why no more follow.', async () => {
  const context = await openContext({ services: [forever] });
  const waiting = expect(context.event('ts_1', 'updated')).rejects.toThrow(
    /^ts_1 updated has not come: the context was closed; seen:\n {2}ts_1 created \{\}\n {2}ts_1 started/,
  );
  await context.start();
  await expect(context.event('ts_1', 'exited', { limitMs: 50 })).rejects.toMatchObject({
    code: 'TST_EVENT_MISSING',
  });
  expect(() => context.pidOf('ts_2')).toThrow('ts_2 has reported no pid');
  await context[Symbol.asyncDispose]();
  await waiting;
});
