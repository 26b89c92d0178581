// A flood of events takes no command away.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Client } from '../../../src/client/client.js';
import { sketchConfiguration } from '../../helpers/context.js';
import { openFolder } from '../../helpers/folder.js';
import { freePorts } from '../../helpers/ports.js';
import { startAny, startProgram } from '../../helpers/program.js';
import { programFixtures } from '../../helpers/programs.js';
import { openProvider } from '../../helpers/provider.js';
import { writeContextFile } from '../../helpers/xml.js';

test('Beside a flood of heartbeats every command is answered.', async () => {
  await using folder = await openFolder();
  const [front = 0, back = 0] = await freePorts(2);
  const [publish, subscribe] = [`tcp://127.0.0.1:${front}`, `tcp://127.0.0.1:${back}`];
  const binds = { FrontBind: publish, BackendEndpoint: publish };
  const ends = { ...binds, BackendBind: subscribe, FrontEndEndpoint: subscribe };
  const path = await writeContextFile(folder.path, sketchConfiguration([], ends));
  await using provider = startProgram('service_context', path);
  await provider.out.first((line) => line.includes('is ready'));
  const client = await Client.connect({ publish, subscribe }, { timeoutMs: 20_000 });
  await using flood = startAny(process.execPath, join(programFixtures, 'floods.js'), publish);
  await flood.out.first((line) => line === 'flooding');
  for (let count = 0; count < 3; count += 1) {
    expect((await client.command({ action: 'list' })).status.result).toBe('success');
  }
  await client.close(true);
});

test('Equal commands are executed as often as they are sent, without a flood.', async () => {
  await using opened = await openProvider([]);
  const client = await opened.client();
  for (let count = 0; count < 20; count += 1) {
    await client.command({ action: 'list', messageId: 'the-same' });
  }
  const lists = opened.notices.items.filter((each) => each.kind === 'command' && each.action === 'list');
  expect(lists).toHaveLength(20);
});
