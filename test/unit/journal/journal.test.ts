// Writing the journal: changes in lines read like a full journal.

import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lastGoodFiles, newestFiles } from '../../../src/journal/journal.js';
import { MAX_RECORDS } from '../../../src/journal/journal-format.js';
import { ANSWER_RETENTION_MS } from '../../../src/provider/idempotency-cache.js';
import { defineServices } from '../../../src/supervision/transaction.js';
import { eventually } from '../../helpers/eventually.js';
import { linesOf, openJournal, validReading, T1 } from '../../helpers/journal.js';

test('Each write appends the changes; together they give the full content.', async () => {
  await using journal = await openJournal();
  const { full: file, changes } = newestFiles(journal.path);
  await journal.writer.flush();
  const before = readFileSync(file, 'utf8');
  for (let number = 1; number <= 20; number += 1) {
    await journal.work(`m${number}`, number % 3 === 0 ? 'ts_2' : 'ts_1');
    await journal.writer.flush();
    expect(journal.read()).toEqual(validReading(journal.whole()));
  }
  expect(readFileSync(file, 'utf8')).toBe(before);
  const lines = linesOf(changes);
  expect(lines).toHaveLength(21);
  // The change contains one service, its records and one answer only.
  expect(lines.at(-1)).toContain('"ts_1"');
  expect(lines.at(-1)).not.toContain('"ts_2"');
  expect(lines.at(-1)).not.toContain('"configuration"');
  expect(lines.at(-1)).not.toContain('"m19"');
  await journal.writer.flush();
  expect(linesOf(changes)).toEqual(lines);
});

test('A full journal replaces many changes; a removed transaction is one change.', async () => {
  await using journal = await openJournal();
  const { full: file } = newestFiles(journal.path);
  await journal.writer.flush();
  const nameOf = () => (JSON.parse(readFileSync(file, 'utf8')) as { name: string }).name;
  const first = nameOf();
  for (let number = 1; nameOf() === first; number += 1) {
    expect(number).toBeLessThan(5000);
    await journal.work(`m${number}`);
    await journal.writer.flush();
  }
  expect(journal.read()).toEqual(validReading(journal.whole()));
  expect(journal.read().content?.transactions[0]?.history.length).toBeLessThanOrEqual(MAX_RECORDS);
  const second = nameOf();
  journal.transactions.clear();
  await journal.writer.flush();
  expect(nameOf()).toBe(second);
  expect(journal.read().content?.transactions).toEqual([]);
});

test('Answers stay in the journal for ten minutes, whatever their number.', async () => {
  await using journal = await openJournal();
  await journal.writer.flush();
  await Promise.all(Array.from({ length: 3000 }, (_, number) => journal.work(`m${number}`)));
  await journal.writer.flush();
  expect(journal.read().content?.answers).toHaveLength(3000);
  await journal.open().flush();
  expect(journal.read().content?.answers).toHaveLength(3000);
  journal.clock.advance(ANSWER_RETENTION_MS - 1);
  await journal.work('late');
  await journal.open().flush();
  expect(journal.read().content?.answers).toHaveLength(3001);
  journal.clock.advance(1);
  await journal.open().flush();
  expect(journal.read().content?.answers.map(({ messageId }) => messageId)).toEqual(['late']);
});

test('A failed write is reported, and its content is part of the next write.', async () => {
  await using journal = await openJournal();
  await journal.writer.flush();
  const { full: file, changes } = newestFiles(journal.path);
  await journal.writer.close();
  const next = journal.open();
  // A folder in the place of a journal file makes the write fail.
  await rm(changes);
  await mkdir(join(changes, 'in the way'), { recursive: true });
  await journal.work('m1');
  await next.flush();
  expect(journal.faults).toEqual([expect.stringMatching(/^the journal in .* cannot be written: /) as string]);
  expect(next.cost).toMatchObject({ failures: 1 });
  await rm(changes, { recursive: true });
  // The writer tries again, even without changes.
  journal.clock.advance(5000);
  await eventually(() => journal.faults.length > 1, 'it is written');
  expect(journal.faults.slice(1)).toEqual(['the journal is in order again']);
  expect(journal.read()).toEqual(validReading(journal.whole()));
  expect(existsSync(file)).toBe(true);
  expect(existsSync(lastGoodFiles(journal.path).full)).toBe(true);
});

test('A command without new definitions does not write the configuration.', async () => {
  await using journal = await openJournal();
  await journal.writer.flush();
  const transaction = journal.transactions.get(T1)!;
  const { configuration, snapshot } = transaction;
  defineServices(transaction, { ...configuration, TaskService: [] }, 3000);
  defineServices(transaction, { ...configuration }, 3000);
  expect(transaction).toMatchObject({ configuration, snapshot });
  expect(transaction.snapshot).toBe(snapshot);
  defineServices(transaction, { ...configuration, TaskLogName: 'Other' }, 3000);
  await journal.writer.flush();
  expect(journal.read()).toEqual(validReading(journal.whole()));
  expect(journal.read().content?.transactions[0]?.configuration.TaskLogName).toBe('Other');
});

test('Removed files and their folder are written again.', async () => {
  await using journal = await openJournal();
  await journal.writer.flush();
  await journal.work('m1');
  await journal.writer.flush();
  const { monitoredFile } = journal.writer;
  expect(monitoredFile.isInPlace()).toBe(true);
  const [newest, lastGood] = [newestFiles(journal.path), lastGoodFiles(journal.path)];
  for (const path of [newest.full, newest.changes, lastGood.full, journal.path]) {
    await rm(path, { recursive: true });
    expect(monitoredFile.isInPlace()).toBe(false);
    await monitoredFile.restore();
    expect(monitoredFile.isInPlace()).toBe(true);
    await journal.work(`after ${path}`);
    await journal.writer.flush();
    expect(journal.read()).toEqual(validReading(journal.whole()));
  }
  await writeFile(newest.full, 'not a journal');
  expect(journal.read().content).toEqual(journal.whole());
});

test('Records of the previous version, which are only text, are restored; new ones are data.', async () => {
  await using journal = await openJournal();
  await journal.work('m1');
  await journal.writer.flush();
  await journal.writer.close();
  const { full } = newestFiles(journal.path);
  const text = readFileSync(full, 'utf8');
  const written = '"kind":"command","action":"restart","message_id":"m1"';
  expect(text).toContain(written);
  await writeFile(full, text.replace(written, '"kind":"command","text":"restart (m1)"'));
  const [command, launch] = journal.read().content?.transactions[0]?.history ?? [];
  expect(command).toEqual({ id: 1, atMs: 2000, kind: 'command', cause: 0, text: 'restart (m1)' });
  expect(launch).toEqual({ id: 2, atMs: 2000, kind: 'effect', service: 'ts_1', action: 'launch', cause: 1 });
});
