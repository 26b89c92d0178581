// Reading truncated, damaged and incomplete journals.

import { readFileSync } from 'node:fs';
import { appendFile, copyFile, mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TransactionId } from '../../../src/base/ids.js';
import { lastGoodFiles, newestFiles } from '../../../src/journal/journal.js';
import { createTransaction } from '../../../src/supervision/transaction.js';
import { openJournal, validReading } from '../../helpers/journal.js';

test('An incomplete last line is not a fault; the lines before it are used.', async () => {
  await using journal = await openJournal();
  await journal.writer.flush();
  await journal.work('m1');
  await journal.writer.flush();
  const before = journal.whole();
  await journal.work('m2');
  await journal.writer.flush();
  const { changes } = newestFiles(journal.path);
  await truncate(changes, readFileSync(changes).length - 10);
  expect(journal.read()).toEqual(validReading(before));
});

test('An invalid line is reported; the lines before it are used.', async () => {
  await using journal = await openJournal();
  await journal.writer.flush();
  await journal.work('m1');
  await journal.writer.flush();
  await appendFile(newestFiles(journal.path).changes, '{}\n');
  const { content, fault } = journal.read();
  expect(content).toEqual(journal.whole());
  expect(fault).toContain(`line 3 of ${newestFiles(journal.path).changes} cannot be used: gone: `);
});

test('When the newest journal is damaged, the last good one and all changes give the same content.', async () => {
  await using journal = await openJournal();
  await journal.writer.flush();
  await journal.work('m1');
  await journal.writer.flush();
  await journal.writer.close();
  // The writer of the next provider.
  const next = journal.open();
  await next.flush();
  await journal.work('m2');
  await next.flush();
  await writeFile(newestFiles(journal.path).full, 'not a journal');
  const { content, fault } = journal.read();
  expect(content).toEqual(journal.whole());
  expect(fault).toMatch(/^\/.*journal\.json cannot be used: [^;]*$/);
});

test('Changes of another journal are ignored, as after a crash between two writes.', async () => {
  await using journal = await openJournal();
  await journal.writer.flush();
  await journal.work('m1');
  await journal.writer.flush();
  const { changes } = newestFiles(journal.path);
  await copyFile(changes, join(journal.path, 'old'));
  await journal.writer.close();
  const next = journal.open();
  await journal.work('m2', 'ts_2');
  await next.flush();
  await next.close();
  await copyFile(join(journal.path, 'old'), changes);
  expect(journal.read()).toEqual(validReading(journal.whole()));
  await rm(changes);
  expect(journal.read()).toEqual(validReading(journal.whole()));
});

test('Changes in a full journal only are also in the changes file, for a reader of the last good journal.', async () => {
  await using journal = await openJournal();
  await journal.writer.flush();
  const { full: file } = newestFiles(journal.path);
  const before = readFileSync(file, 'utf8');
  // Fill the changes file, then add a change that is written with the next full journal.
  for (let number = 1; readFileSync(file, 'utf8') === before; number += 1) {
    await journal.work(`m${number}`);
    if (number % 100 === 0)
      journal.transactions.add(
        createTransaction(`T${number}` as TransactionId, journal.configuration, number),
      );
    await journal.writer.flush();
  }
  const expected = journal.whole();
  await writeFile(file, 'not a journal');
  const { content, isLastGood } = journal.read();
  expect(isLastGood).toBe(true);
  expect(content?.transactions).toEqual(expected.transactions);
});

test('A damaged journal does not replace the last good one before there is an intact one.', async () => {
  await using journal = await openJournal();
  await journal.writer.flush();
  await journal.writer.close();
  const { full: file } = newestFiles(journal.path);
  await writeFile(file, 'not a journal');
  const lastGood = readFileSync(lastGoodFiles(journal.path).full, 'utf8');
  // Writing fails: the next provider crashes on a full disk.
  await rm(newestFiles(journal.path).changes);
  await mkdir(join(newestFiles(journal.path).changes, 'in the way'), { recursive: true });
  await rm(file);
  await mkdir(join(file, 'in the way'), { recursive: true });
  await journal.open().flush();
  expect(readFileSync(lastGoodFiles(journal.path).full, 'utf8')).toBe(lastGood);
});

test('Records are read once, also when a crash left two names for one changes file.', async () => {
  await using journal = await openJournal();
  await journal.writer.flush();
  await journal.work('m1');
  await journal.writer.flush();
  const [newest, lastGood] = [newestFiles(journal.path), lastGoodFiles(journal.path)];
  await copyFile(newest.full, lastGood.full);
  await copyFile(newest.changes, lastGood.changes);
  await writeFile(newest.full, 'not a journal');
  expect(journal.read().content?.transactions).toEqual(journal.whole().transactions);
});

test('An unreadable changes file is reported.', async () => {
  await using journal = await openJournal();
  await journal.writer.flush();
  const { changes } = newestFiles(journal.path);
  await rm(changes);
  await mkdir(changes);
  expect(journal.read().fault).toContain('EISDIR');
  await rm(changes, { recursive: true });
  await writeFile(changes, 'not a head\n');
  expect(journal.read().fault).toContain(`${changes} cannot be used: `);
});

test('When the journal is missing, the last good one and all changes give the same content.', async () => {
  await using journal = await openJournal();
  await journal.writer.flush();
  await journal.work('m1');
  await journal.writer.flush();
  const { full: file, changes } = newestFiles(journal.path);
  const expected = journal.whole();
  await rm(file);
  expect(journal.read()).toEqual({ content: expected, fault: `${file} is missing`, isLastGood: true });
  // The changes since then are lost, which is reported.
  await rm(changes);
  expect(journal.read()).toMatchObject({ fault: `${file} is missing`, isLastGood: true });
  await rm(lastGoodFiles(journal.path).full);
  await rm(lastGoodFiles(journal.path).changes, { force: true });
  expect(journal.read()).toEqual({ content: undefined, fault: undefined, isLastGood: false });
});
