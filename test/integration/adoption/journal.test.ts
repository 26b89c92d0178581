// Damaged journals are reported and replaced by older ones; unknown processes are never killed.

import { spawn } from 'node:child_process';
import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lastGoodFiles, newestFiles } from '../../../src/journal/journal.js';
import { JOURNAL_VERSION } from '../../../src/journal/journal-versions.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { isRunning } from '../../helpers/processes.js';
import { openProject } from '../../helpers/project.js';

expectNoLeftovers();

const damages: Readonly<Record<string, (path: string) => Promise<void>>> = {
  'cut short': (path) => truncate(path, 300),
  empty: (path) => truncate(path, 0),
  'of a newer version': (path) => edit(path, (text) => text.replace('"version":3', '"version":4')),
  'edited so that it makes no sense': (path) =>
    edit(path, (text) => text.replace('"transactions":[', '"transactions":["T1",')),
};

async function edit(path: string, change: (text: string) => string): Promise<void> {
  await writeFile(path, change(await readFile(path, 'utf8')));
}

test.each(Object.keys(damages))(
  'A journal that is %s is reported, and the last good one is used.',
  async (what) => {
    await using project = await openProject([
      { id: 'ts_1', instance: 'Forever' },
      { id: 'ts_2', instance: 'Forever' },
    ]);
    const first = await project.startProvider();
    await first.command('start');
    const before = await first.tasks();
    await first.kill();
    await damages[what]!(join(project.stateFolder, 'journal.json'));
    const second = await project.startProvider();
    expect(second.warnings()).toContain('journal.json cannot be used: ');
    expect(second.warnings()).toContain('the last good journal is used');
    for (const id of ['ts_1', 'ts_2']) {
      expect(await second.waitForStatus(id, 'started')).toMatchObject({ run: 1, pid: before[id]!.pid });
    }
    expect(project.processes()).toHaveLength(2);
  },
);

test('The changes before an invalid line are used, and the line is reported.', async () => {
  await using project = await openProject([{ id: 'ts_1', instance: 'Forever' }]);
  const first = await project.startProvider();
  await first.command('start');
  const before = await first.tasks();
  await first.kill();
  await appendFile(newestFiles(project.stateFolder).changes, '{"transactions":"none"}\n');
  const second = await project.startProvider();
  expect(second.warnings()).toContain('the part before that is used');
  expect(second.warnings()).toMatch(/line \d+ of .*journal\.changes\.jsonl cannot be used: gone/);
  expect(await second.waitForStatus('ts_1', 'started')).toMatchObject({ run: 1, pid: before.ts_1!.pid });
});

test('Without a journal the remaining processes are ended and reported.', async () => {
  await using project = await openProject([{ id: 'ts_1', instance: 'Forever' }]);
  const first = await project.startProvider();
  await first.command('start');
  const { pid } = (await first.tasks()).ts_1!;
  await first.kill();
  for (const name of [newestFiles, lastGoodFiles].map((pairIn) => pairIn('').full)) {
    await writeFile(join(project.stateFolder, name), 'not a journal');
  }
  const second = await project.startProvider();
  expect(second.warnings()).toContain('the provider starts without a journal');
  expect(second.warnings()).toContain(`ended what was left of ts_1 of T1: ${pid}`);
  expect(isRunning(pid!)).toBe(false);
  expect(await second.tasks()).toEqual({});
});

test('An unknown process with a pid of the journal is not killed.', async () => {
  await using project = await openProject([{ id: 'ts_1', instance: 'Forever' }]);
  const first = await project.startProvider();
  await first.command('start');
  const { pid } = (await first.tasks()).ts_1!;
  await first.kill();
  process.kill(pid!, 'SIGKILL');
  const unknownProcess = spawn('sleep', ['3600'], { detached: true, stdio: 'ignore' });
  const gone = new Promise((resolve) => unknownProcess.once('exit', resolve));
  try {
    const journal = project.journal();
    const [transaction] = journal.transactions;
    const services = transaction!.services.map((each) => ({ ...each, pid: unknownProcess.pid }));
    const edited = {
      version: JOURNAL_VERSION,
      name: 'edited',
      ...journal,
      transactions: [{ ...transaction!, services }],
    };
    await writeFile(newestFiles(project.stateFolder).full, JSON.stringify(edited));
    const second = await project.startProvider();
    expect(await second.waitForStatus('ts_1', 'failed')).toMatchObject({
      reason: 'died_unattended',
      pid: null,
    });
    await second.command('stop');
    await second.command('restart', 'ts_1');
    await second.client.command({ action: 'exit' });
    await second.program.ended;
    expect(isRunning(unknownProcess.pid!)).toBe(true);
  } finally {
    unknownProcess.kill('SIGKILL');
    await gone;
  }
});
