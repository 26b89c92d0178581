// A flood of events takes no command away.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Client } from '../../../src/client/client.js';
import { testConfiguration } from '../../helpers/context.js';
import { openFolder } from '../../helpers/folder.js';
import { freePorts } from '../../helpers/ports.js';
import { isRunning } from '../../helpers/processes.js';
import { spawnProgram, startProgram } from '../../helpers/program.js';
import { programFixtures, shellService } from '../../helpers/program-services.js';
import { openProvider } from '../../helpers/provider.js';
import { writeContextFile } from '../../helpers/xml.js';

const floods = join(programFixtures, 'floods.js');

test('Beside a flood of heartbeats every command is answered.', async () => {
  await using provider = await startProvider();
  const { publish } = provider.endpoints;
  const client = await Client.connect(provider.endpoints, { timeoutMs: 20_000 });
  await using flood = spawnProgram(process.execPath, floods, publish);
  await flood.out.waitFor((line) => line === 'flooding');
  for (let count = 0; count < 3; count += 1) {
    expect((await client.command({ action: 'list' })).status.result).toBe('success');
  }
  await client.close(true);
});

test.each(['heartbeat.FLOOD.x', 'context', 'control'])(
  'Beside a flood on the topic %s SIGTERM ends a provider and its services.',
  async (topic) => {
    await using provider = await startProvider([shellService('ts_1', 'exec sleep 300')]);
    const client = await Client.connect(provider.endpoints, { timeoutMs: 20_000 });
    const [service] = (await client.command({ action: 'start', transaction: 'T1' })).status.services;
    await client.close();
    const flood = () => spawnProgram(process.execPath, floods, provider.endpoints.publish, topic);
    await using first = flood();
    await using second = flood();
    for (const { out } of [first, second]) await out.waitFor((line) => line === 'flooding');
    // A frame that is no message of ours: the flood has come.
    await provider.out.waitFor((line) => line.includes(`dropped a message on topic "${topic}"`));
    provider.child.kill('SIGTERM');
    expect(await provider.ended).toEqual({ code: 0, signal: null });
    expect(isRunning(service!.pid!)).toBe(false);
  },
);

test('Equal commands are executed as often as they are sent, without a flood.', async () => {
  await using opened = await openProvider([]);
  const client = await opened.client();
  for (let count = 0; count < 20; count += 1) {
    await client.command({ action: 'list', messageId: 'the-same' });
  }
  const lists = opened.notices.items.filter((each) => each.kind === 'command' && each.action === 'list');
  expect(lists).toHaveLength(20);
});

async function startProvider(services: Parameters<typeof testConfiguration>[0] = []) {
  const folder = await openFolder();
  const [front = 0, back = 0] = await freePorts(2);
  const [publish, subscribe] = [`tcp://127.0.0.1:${front}`, `tcp://127.0.0.1:${back}`];
  const binds = { FrontBind: publish, BackendEndpoint: publish };
  const ends = { ...binds, BackendBind: subscribe, FrontEndEndpoint: subscribe };
  const path = await writeContextFile(folder.path, testConfiguration(services, ends));
  const program = startProgram('service_context', path);
  await program.out.waitFor((line) => line.includes('is ready'));
  return {
    ...program,
    endpoints: { publish, subscribe },
    [Symbol.asyncDispose]: async () => {
      await program[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
