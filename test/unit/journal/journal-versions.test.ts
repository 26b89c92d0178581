// The journal of a provider of the previous version. The fixture was written by a build of that version, which was killed
// while it restarted ts_4.

import { cpSync, readFileSync } from 'node:fs';
import { appendFile, chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/package.js';
import { JOURNAL_VERSION } from '../../../src/journal/journal-versions.js';
import { lastGoodFiles, newestFiles, readJournal } from '../../../src/journal/journal.js';
import { openFolder } from '../../helpers/folder.js';
import { linesOf, openJournal } from '../../helpers/journal.js';

/** A state folder with the journal of version 2. */
async function openRecorded() {
  const folder = await openFolder();
  cpSync(join(packageRoot, 'test', 'fixtures', 'journals', 'version-2'), folder.path, { recursive: true });
  const [newest, lastGood] = [newestFiles(folder.path), lastGoodFiles(folder.path)];
  // A file that others can write is not read.
  await Promise.all(
    [newest, lastGood].flatMap((each) => [chmod(each.full, 0o600), chmod(each.changes, 0o600)]),
  );
  return { ...folder, newest, lastGood };
}

const EXPECTED = [
  { id: 'ts_1', status: 'started', run: 1, isAlive: true, pid: 16492, triggersSuppressed: false },
  { id: 'ts_2', status: 'started', run: 1, isAlive: true, pid: 16493 },
  { id: 'ts_3', status: 'exited', isAlive: false, reportedEnd: 'exited' },
  { id: 'ts_4', status: 'stopping', pid: 16495, pendingStart: { by: 'command', cause: 19 } },
  { id: 'ts_5', status: 'failed', reason: 'exit_code', error: { code: 'SVC_EXITED' } },
];

test('A journal of version 2 is read with its changes, under the present names.', async () => {
  await using recorded = await openRecorded();
  const { content, fault, isLastGood } = readJournal(recorded.path);
  expect([fault, isLastGood]).toEqual([undefined, false]);
  const [transaction] = content!.transactions;
  expect(transaction).toMatchObject({ id: 'T1', records: 20, services: EXPECTED });
  expect(transaction!.history).toHaveLength(20);
  expect(content!.answers).toMatchObject([{ transaction: 'T1', status: { result: 'failure' } }]);
  for (const service of transaction!.services) {
    expect(
      Object.keys(service).filter((key) => ['said', 'next', 'isQuiet', 'runToken'].includes(key)),
    ).toEqual([]);
  }
});

test('If its newest file is damaged, the last good one of version 2 and the changes are used.', async () => {
  await using recorded = await openRecorded();
  // Only the provider that reads it has not yet written a last good journal with changes of its own.
  const changes = readFileSync(recorded.newest.changes, 'utf8');
  const { name } = JSON.parse(readFileSync(recorded.lastGood.full, 'utf8')) as { name: string };
  await writeFile(recorded.newest.full, '{"version":2');
  await writeFile(recorded.newest.changes, changes.replace(/"after":"[^"]*"/, `"after":"${name}"`));
  const { content, fault, isLastGood } = readJournal(recorded.path);
  expect(fault).toMatch(/journal\.json cannot be used/);
  expect(isLastGood).toBe(true);
  expect(content!.transactions).toMatchObject([{ services: EXPECTED }]);
});

test('A line of version 2 that is invalid ends the reading there, and is named.', async () => {
  await using recorded = await openRecorded();
  await appendFile(recorded.newest.changes, '{"gone":[],"transactions":[{"id":"T1"}],"answers":[]}\n');
  const { content, fault } = readJournal(recorded.path);
  expect(fault).toMatch(/line \d+ of .*journal\.changes\.jsonl cannot be used: transactions\.0\.records/);
  expect(content!.transactions).toMatchObject([{ services: EXPECTED }]);
});

test('Journals of other versions are rejected, also in their changes.', async () => {
  await using recorded = await openRecorded();
  const { full, changes } = recorded.newest;
  const text = readFileSync(full, 'utf8');
  await writeFile(changes, readFileSync(changes, 'utf8').replace('{', `{"version":${JOURNAL_VERSION + 1},`));
  expect(readJournal(recorded.path).fault).toMatch(/changes\.jsonl cannot be used: version/);
  for (const version of [1, JOURNAL_VERSION + 1]) {
    await writeFile(full, text.replace('"version":2', `"version":${version}`));
    expect(readJournal(recorded.path).fault).toMatch(/journal\.json cannot be used: version/);
  }
});

test('The present version is named in both files, and keeps run tokens.', async () => {
  await using journal = await openJournal();
  const [transaction] = journal.transactions.all;
  const { snapshot } = transaction!;
  const services = [...snapshot.services].map(
    ([id, service]) => [id, { ...service, runToken: `r-${id}` }] as const,
  );
  transaction!.snapshot = { ...snapshot, services: new Map(services) };
  await journal.writer.flush();
  const { full, changes } = newestFiles(journal.path);
  const versions = [readFileSync(full, 'utf8'), linesOf(changes)[0]!].map(
    (each) => (JSON.parse(each) as { version: unknown }).version,
  );
  expect(versions).toEqual([JOURNAL_VERSION, JOURNAL_VERSION]);
  expect(journal.read().content?.transactions[0]?.services).toMatchObject([
    { id: 'ts_1', runToken: 'r-ts_1' },
    { id: 'ts_2', runToken: 'r-ts_2' },
  ]);
});
