// Runs each example in a folder with contextd installed, as its README describes.

import { cp, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { eventually } from '../helpers/eventually.js';
import { install, type Installation } from '../helpers/installation.js';
import { freePorts } from '../helpers/ports.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { observeBus } from '../helpers/bus-observer.js';

expectNoLeftovers();

/** The example's provider, on free ports; `edit` may change its context file first. */
async function run(
  { folder, env }: Installation,
  name: string,
  edit: (context: string) => string = (context) => context,
) {
  for (const part of ['conf', 'services', 'data']) {
    const from = join(packageRoot, 'examples', name, part);
    await cp(from, join(folder, part), { recursive: true }).catch((error: unknown) => {
      if (part !== 'data') throw error;
    });
  }
  const [subPort = 0, pubPort = 0] = await freePorts(2);
  const title = name.replace(/^./, (letter) => letter.toUpperCase());
  const file = join(folder, 'conf', `Context-${title}.xml`);
  const text = edit(await readFile(file, 'utf8'));
  await writeFile(file, text.replace(/:55\d6/g, `:${subPort}`).replace(/:55\d7/g, `:${pubPort}`));
  const provider = execa(join(folder, 'node_modules/.bin/service_context'), [file], {
    cwd: folder,
    env,
    reject: false,
    all: true,
  });
  await new Promise<void>((resolve) => {
    provider.all.on('data', (bytes: Buffer) => {
      if (bytes.includes('is ready')) resolve();
    });
  });
  const observer = await observeBus({
    subscribe: `tcp://127.0.0.1:${subPort}`,
    publish: `tcp://127.0.0.1:${pubPort}`,
  });
  const command = async (...flags: readonly string[]) => {
    const { stdout } = await execa(join(folder, 'node_modules/.bin/conf_command'), flags, {
      cwd: folder,
      env,
    });
    return stdout;
  };
  return {
    observer,
    command,
    [Symbol.asyncDispose]: async () => {
      await observer[Symbol.asyncDispose]();
      provider.kill('SIGINT');
      await provider;
    },
  };
}

/** The lines of a file; empty if it does not exist. */
const linesOf = async (path: string) =>
  (await readFile(path, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');

test('playlist: songs are read, looked up and stored; jingles and unknown songs are not.', async () => {
  await using installed = await install();
  const station = '<location>services</location><seconds_a_song>0.1</seconds_a_song>';
  await using running = await run(installed, 'playlist', (context) =>
    context.replaceAll('<location>services</location>', station),
  );
  await running.command('--action=start', '--context_file=conf/Context-Playlist.xml', '--transaction=T1');
  await running.observer.waitForEvent('ts_radio', 'exited');
  const stored = join(installed.folder, 'best.jsonl');
  await eventually(async () => (await linesOf(stored)).length === 4, 'four songs are stored');
  const best = (await linesOf(stored)).map((line) => JSON.parse(line) as { readonly album: string });
  expect(best.map(({ album }) => album)).toEqual([
    'I Put a Spell on You',
    'Abbey Road',
    'Kind of Blue',
    'Jazz',
  ]);
  const why = await running.command('--action=why', '--task_id=ts_radio');
  expect(why).toMatch(/ts_store.*started[\s\S]*ts_search.*started[\s\S]*ts_song.*started[\s\S]*ts_radio/);
});

test('sensors: a missing sensor is retried, and readings above the threshold are reported once.', async () => {
  await using installed = await install();
  const sensor = join(installed.folder, 'sensor');
  const values = `<location>services</location><sensor>${sensor}</sensor><every_s>0.05</every_s><threshold>40</threshold>`;
  await using running = await run(installed, 'sensors', (context) =>
    context
      .replaceAll('<location>services</location>', values)
      .replaceAll('</state>', '</state><supervision><max_restarts>1000</max_restarts></supervision>'),
  );
  const write = async (value: string) => {
    await writeFile(`${sensor}.new`, value);
    await rename(`${sensor}.new`, sensor);
  };
  await running.command('--action=start', '--context_file=conf/Context-Sensors.xml', '--transaction=T1');
  const failed = await running.observer.waitForEvent('ts_read', 'failed');
  expect(failed.content.status.error).toMatchObject({ code: 'SVC_TASK_FAILED' });
  await write('12.5\n');
  await running.observer.waitForEvent('ts_read', 'updated');
  const alerts = join(installed.folder, 'alerts.log');
  expect(await linesOf(alerts)).toEqual([]);
  await write('41 degrees\n');
  await running.observer.waitForEvent('ts_alert', 'exited');
  expect(await linesOf(alerts)).toEqual([expect.stringContaining('the readings are too high')]);
  expect(await running.command('--action=why', '--task_id=ts_alert')).toContain('ts_watch');
});
