// A provider adopts what a provider of the previous version has left.

import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { lastGoodFiles, newestFiles } from '../../../src/journal/journal.js';
import { JOURNAL_VERSION } from '../../../src/journal/journal-versions.js';
import type { JournaledService } from '../../../src/journal/journal-format.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { openProject, type Project } from '../../helpers/project.js';

expectNoLeftovers();

/** A service as version 2 has written it. */
function asVersion2(service: JournaledService) {
  const { reportedEnd, pendingStart, triggersSuppressed, ...rest } = service;
  return { ...rest, runToken: undefined, said: reportedEnd, next: pendingStart, isQuiet: triggersSuppressed };
}

/** Writes the journal again as version 2 does: the first service in the full journal, the others in a change. */
async function rewriteAsVersion2(project: Project): Promise<void> {
  const { stateFolder } = project;
  const { transactions, ...rest } = project.journal();
  const [transaction] = transactions;
  const { id, records, history, services } = transaction!;
  const [first, ...others] = services.map(asVersion2);
  const [newest, lastGood] = [newestFiles(stateFolder), lastGoodFiles(stateFolder)];
  await Promise.all([lastGood.full, lastGood.changes].map((path) => rm(path, { force: true })));
  const full = { version: 2, name: 'n1', ...rest, transactions: [{ ...transaction, services: [first] }] };
  await writeFile(newest.full, JSON.stringify(full));
  const change = { gone: [], transactions: [{ id, records, services: others, history }], answers: [] };
  const lines = [{ of: 'n1', after: '' }, change].map((each) => `${JSON.stringify(each)}\n`);
  await writeFile(newest.changes, lines.join(''));
}

test('A journal of the previous version is continued: services, their states, and a pending restart.', async () => {
  await using project = await openProject([
    { id: 'ts_1', instance: 'Forever' },
    { id: 'ts_2', instance: 'Forever', serviceType: 'Thread' },
    { id: 'ts_3', instance: 'Once' },
  ]);
  const first = await project.startProvider();
  await first.command('start');
  await first.waitForStatus('ts_3', 'exited');
  const before = await first.tasks();
  await first.kill();
  await rewriteAsVersion2(project);
  const second = await project.startProvider();
  expect(second.warnings()).not.toContain('journal');
  const after = await second.tasks();
  for (const id of ['ts_1', 'ts_2']) {
    const { pid, run_token: runToken } = before[id]!;
    expect(runToken).toMatch(/^[0-9a-f]{16}$/);
    expect(after[id]).toMatchObject({ status: 'started', run: 1, pid, run_token: runToken });
  }
  expect(after.ts_3).toMatchObject({ status: 'exited', run: 1, pid: null });
  const written = JSON.parse(readFileSync(newestFiles(project.stateFolder).full, 'utf8')) as {
    version: number;
  };
  expect(written.version).toBe(JOURNAL_VERSION);
  await second.command('stop');
  expect(await second.waitForStatus('ts_1', 'stopped')).toMatchObject({ run: 1 });
});
