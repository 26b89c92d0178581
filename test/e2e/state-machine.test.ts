// "Generating multiple services" of the tutorial, from a folder in which contextd is installed and nothing else.

import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { install, type Installation } from '../helpers/installation.js';
import { freePorts } from '../helpers/ports.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { observeBus } from '../helpers/bus-observer.js';

expectNoLeftovers();

const META = 'conf/Services-StateMachine.xml';
const CONTEXT = 'conf/Context-StateMachine.xml';

function run({ folder, env }: Installation, command: string, ...flags: readonly string[]) {
  return execa(join(folder, 'node_modules/.bin', command), flags, {
    cwd: folder,
    env,
    reject: false,
    all: true,
  });
}

/** The sample as it is shipped, but on other ports. */
async function writeMeta({ folder }: Installation, subPort: number, pubPort: number): Promise<void> {
  const text = await readFile(join(packageRoot, META), 'utf8');
  await mkdir(join(folder, 'conf'));
  await writeFile(join(folder, META), text.replace('5556', String(subPort)).replace('5557', String(pubPort)));
}

/** Waits until it says that it is ready; asked to end at the latest when the test does. */
async function startProvider(installed: Installation) {
  const provider = run(installed, 'service_context', CONTEXT);
  await new Promise<void>((resolve) => {
    provider.all.on('data', (text: Buffer) => {
      if (text.includes('is ready')) resolve();
    });
  });
  const close = async () => {
    provider.kill('SIGINT');
    await provider;
  };
  return { provider, [Symbol.asyncDispose]: close };
}

test('Services of a meta file are written, run, and start each other.', async () => {
  await using installed = await install();
  const [subPort = 0, pubPort = 0] = await freePorts(2);
  await writeMeta(installed, subPort, pubPort);
  expect(await run(installed, 'create_service', `--xml_file=${META}`)).toMatchObject({ exitCode: 0 });

  await using running = await startProvider(installed);
  const publish = `tcp://127.0.0.1:${pubPort}`;
  await using observer = await observeBus({ subscribe: `tcp://127.0.0.1:${subPort}`, publish });
  const flags = ['--service_name=context', '--service_id=context001'];
  const command = (action: string, ...more: readonly string[]) =>
    run(
      installed,
      'conf_command',
      `--endpoint=${publish}`,
      `--context_file=${CONTEXT}`,
      ...flags,
      `--action=${action}`,
      ...more,
    );
  expect(await command('start', '--transaction=5HGAHZ3WPZUI71PACRPP')).toMatchObject({ exitCode: 0 });
  await observer.waitForEvent('ts_103', 'updated');
  expect([...new Set(observer.events())]).toEqual([
    ...['created ts_100', 'started ts_100', 'updated ts_100', 'exited ts_100'],
    ...['created ts_101', 'started ts_101', 'updated ts_101', 'exited ts_101'],
    ...['created ts_102', 'started ts_102', 'updated ts_102'],
    ...['created ts_103', 'started ts_103', 'updated ts_103'],
  ]);
  expect(await command('exit')).toMatchObject({ exitCode: 0 });
  expect(await running.provider).toMatchObject({ exitCode: 0 });
});

test('The schema that a generated context file names exists.', async () => {
  await using installed = await install();
  await writeMeta(installed, 5556, 5557);
  await run(installed, 'create_service', `--xml_file=${META}`);
  const text = await readFile(join(installed.folder, CONTEXT), 'utf8');
  const schema = /xsi:noNamespaceSchemaLocation="(.*?)"/.exec(text)?.[1] ?? '';
  await access(join(installed.folder, 'conf', schema));
});
