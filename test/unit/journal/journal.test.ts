// The journal on disk: what is written in lines reads as what is written at once.

import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MAX_RECORDS, lastGoodFiles, newestFiles } from '../../../src/journal/journal.js';
import { REMEMBERED_MS } from '../../../src/provider/idempotency-cache.js';
import { defineServices } from '../../../src/supervision/transaction.js';
import { eventually } from '../../helpers/eventually.js';
import { linesOf, openJournal, validReading, T1 } from '../../helpers/journal.js';

test('Each writing adds what has changed, and all of it together reads as what there is.', async () => {
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
  // One service, its records and one answer, however many there are.
  expect(lines.at(-1)).toContain('"ts_1"');
  expect(lines.at(-1)).not.toContain('"ts_2"');
  expect(lines.at(-1)).not.toContain('"configuration"');
  expect(lines.at(-1)).not.toContain('"m19"');
  await journal.writer.flush();
  expect(linesOf(changes)).toEqual(lines);
});

test('Everything is written anew when the lines have become many; a transaction that is gone is a line.', async () => {
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

test('Answers are in every journal until they are ten minutes old, whatever their number.', async () => {
  await using journal = await openJournal();
  await journal.writer.flush();
  await Promise.all(Array.from({ length: 3000 }, (_, number) => journal.work(`m${number}`)));
  await journal.writer.flush();
  expect(journal.read().content?.answers).toHaveLength(3000);
  await journal.open().flush();
  expect(journal.read().content?.answers).toHaveLength(3000);
  journal.clock.advance(REMEMBERED_MS - 1);
  await journal.work('late');
  await journal.open().flush();
  expect(journal.read().content?.answers).toHaveLength(3001);
  journal.clock.advance(1);
  await journal.open().flush();
  expect(journal.read().content?.answers.map(({ messageId }) => messageId)).toEqual(['late']);
});

test('What could not be written is told, and is in the next writing.', async () => {
  await using journal = await openJournal();
  await journal.writer.flush();
  const { full: file, changes } = newestFiles(journal.path);
  await journal.writer.close();
  const next = journal.open();
  // In the place of a file of the pair: the writing cannot replace it.
  await rm(changes);
  await mkdir(join(changes, 'in the way'), { recursive: true });
  await journal.work('m1');
  await next.flush();
  expect(journal.faults).toEqual([expect.stringMatching(/^the journal in .* cannot be written: /) as string]);
  expect(next.cost).toMatchObject({ failures: 1 });
  await rm(changes, { recursive: true });
  // Tried again in a while, although nothing changes.
  journal.clock.advance(5000);
  await eventually(() => journal.faults.length > 1, 'it is written');
  expect(journal.faults.slice(1)).toEqual(['the journal is in order again']);
  expect(journal.read()).toEqual(validReading(journal.whole()));
  expect(existsSync(file)).toBe(true);
  expect(existsSync(lastGoodFiles(journal.path).full)).toBe(true);
});

test('A command that defines nothing new does not write down what is defined.', async () => {
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

test('Files that are removed are written again, with their folder.', async () => {
  await using journal = await openJournal();
  await journal.writer.flush();
  await journal.work('m1');
  await journal.writer.flush();
  const { monitoredFile: kept } = journal.writer;
  expect(kept.isInPlace()).toBe(true);
  const [newest, lastGood] = [newestFiles(journal.path), lastGoodFiles(journal.path)];
  for (const path of [newest.full, newest.changes, lastGood.full, journal.path]) {
    await rm(path, { recursive: true });
    expect(kept.isInPlace()).toBe(false);
    await kept.restore();
    expect(kept.isInPlace()).toBe(true);
    await journal.work(`after ${path}`);
    await journal.writer.flush();
    expect(journal.read()).toEqual(validReading(journal.whole()));
  }
  await writeFile(newest.full, 'not a journal');
  expect(journal.read().content).toEqual(journal.whole());
});
