// The journal on disk: what is written in lines reads as what is written at once, whatever is cut, damaged or missing.

import { existsSync, readFileSync } from 'node:fs';
import { appendFile, copyFile, mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TransactionId } from '../../../src/base/ids.js';
import type { CommandAnswer } from '../../../src/provider/commands/call.js';
import { SupervisorJournal } from '../../../src/provider/compose-journal.js';
import { JournalWriter } from '../../../src/provider/journal-writer.js';
import {
  KEPT_RECORDS,
  lastGoodIn,
  newestIn,
  readJournal,
  type JournalContent,
} from '../../../src/provider/journal.js';
import { Once } from '../../../src/provider/once.js';
import { addHistory, createTransaction, type Transaction } from '../../../src/provider/transaction.js';
import { transition } from '../../../src/provider/transition.js';
import { sketchConfiguration } from '../../helpers/context.js';
import { openFolder } from '../../helpers/folder.js';

const T1 = 'T1' as TransactionId;

/** A journal of one transaction with two services, and something to do in it. */
async function openJournal() {
  const folder = await openFolder();
  const faults: string[] = [];
  const writers: JournalWriter[] = [];
  const once = new Once<CommandAnswer>();
  const configuration = sketchConfiguration([
    { id: 'ts_1', instance: 'A' },
    { id: 'ts_2', instance: 'B' },
  ]);
  const transactions = new Map<TransactionId, Transaction>([
    [T1, createTransaction(T1, configuration, 1000)],
  ]);
  const open = () => {
    const source = new SupervisorJournal(() => transactions, once);
    const writer = new JournalWriter(folder.path, source, (text) => faults.push(text));
    writers.push(writer);
    return writer;
  };
  return {
    path: folder.path,
    faults,
    transactions,
    open,
    writer: open(),
    /** All of it, as one puts it who has not written anything yet. */
    whole: (): JournalContent => asRead(new SupervisorJournal(() => transactions, once).whole()),
    read: () => readJournal(folder.path),
    /** A command for one service, and its answer. */
    work: async (messageId: string, id = 'ts_1') => {
      const transaction = transactions.get(T1)!;
      const services = configuration.TaskService.map((each) => each.id).filter((each) => each === id);
      const event = { type: 'run_asked', action: 'restart', atMs: 2000, services, cause: messageId } as const;
      const step = transition(transaction.snapshot, event, 0.5);
      transaction.snapshot = step.snapshot;
      for (const effect of step.effects) if (effect.type === 'record') addHistory(transaction, effect.record);
      const answer: CommandAnswer = { transaction: T1, status: { result: 'success', services: [] } };
      await once.execute(messageId, () => Promise.resolve(answer));
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(writers.map((each) => each.close()));
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** As JSON has it: what is undefined is not there. */
function asRead(content: JournalContent): JournalContent {
  return JSON.parse(JSON.stringify(content)) as JournalContent;
}

function linesOf(path: string): readonly string[] {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1);
}

test('Each writing adds what has changed, and all of it together reads as what there is.', async () => {
  await using journal = await openJournal();
  const { whole: file, changes } = newestIn(journal.path);
  await journal.writer.flush();
  const before = readFileSync(file, 'utf8');
  for (let number = 1; number <= 20; number += 1) {
    await journal.work(`m${number}`, number % 3 === 0 ? 'ts_2' : 'ts_1');
    await journal.writer.flush();
    expect(journal.read()).toEqual({ content: journal.whole(), fault: undefined });
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

test('Everything is written anew when the lines have become many, and when a transaction is gone.', async () => {
  await using journal = await openJournal();
  const { whole: file } = newestIn(journal.path);
  await journal.writer.flush();
  const nameOf = () => (JSON.parse(readFileSync(file, 'utf8')) as { name: string }).name;
  const first = nameOf();
  for (let number = 1; nameOf() === first; number += 1) {
    expect(number).toBeLessThan(5000);
    await journal.work(`m${number}`);
    await journal.writer.flush();
  }
  expect(journal.read()).toEqual({ content: journal.whole(), fault: undefined });
  expect(journal.read().content?.transactions[0]?.history.length).toBeLessThanOrEqual(KEPT_RECORDS);
  const second = nameOf();
  journal.transactions.clear();
  await journal.writer.flush();
  expect(nameOf()).not.toBe(second);
  expect(journal.read().content?.transactions).toEqual([]);
});

test('A line that was cut by the end of its writer is no fault; the one before it counts.', async () => {
  await using journal = await openJournal();
  await journal.writer.flush();
  await journal.work('m1');
  await journal.writer.flush();
  const before = journal.whole();
  await journal.work('m2');
  await journal.writer.flush();
  const { changes } = newestIn(journal.path);
  await truncate(changes, readFileSync(changes).length - 10);
  expect(journal.read()).toEqual({ content: before, fault: undefined });
});

test('A line that makes no sense is named; what stands before it counts.', async () => {
  await using journal = await openJournal();
  await journal.writer.flush();
  await journal.work('m1');
  await journal.writer.flush();
  await appendFile(newestIn(journal.path).changes, '{}\n');
  const { content, fault } = journal.read();
  expect(content).toEqual(journal.whole());
  expect(fault).toContain(`line 3 of ${newestIn(journal.path).changes} cannot be used: transactions: `);
});

test('When everything is damaged the last good one and all changes since say the same.', async () => {
  await using journal = await openJournal();
  await journal.writer.flush();
  await journal.work('m1');
  await journal.writer.flush();
  await journal.writer.close();
  // The next provider's.
  const next = journal.open();
  await next.flush();
  await journal.work('m2');
  await next.flush();
  await writeFile(newestIn(journal.path).whole, 'not a journal');
  const { content, fault } = journal.read();
  expect(content).toEqual(journal.whole());
  expect(fault).toMatch(/^\/.*journal\.json cannot be used: [^;]*$/);
});

test('Lines that belong to another file are left alone, as after an end between two writings.', async () => {
  await using journal = await openJournal();
  await journal.writer.flush();
  await journal.work('m1');
  await journal.writer.flush();
  const { changes } = newestIn(journal.path);
  await copyFile(changes, join(journal.path, 'old'));
  await journal.writer.close();
  const next = journal.open();
  await journal.work('m2', 'ts_2');
  await next.flush();
  await next.close();
  await copyFile(join(journal.path, 'old'), changes);
  expect(journal.read()).toEqual({ content: journal.whole(), fault: undefined });
  await rm(changes);
  expect(journal.read()).toEqual({ content: journal.whole(), fault: undefined });
});

test('What could not be written is told, and is in the next writing.', async () => {
  await using journal = await openJournal();
  await journal.writer.flush();
  const { whole: file, changes } = newestIn(journal.path);
  await journal.writer.close();
  const next = journal.open();
  // In the place of a file of the pair: the writing cannot replace it.
  await rm(changes);
  await mkdir(join(changes, 'in the way'), { recursive: true });
  await journal.work('m1');
  await next.flush();
  expect(journal.faults).toEqual([expect.stringContaining('the journal could not be written: ') as string]);
  expect(next.cost).toMatchObject({ failures: 1 });
  await rm(changes, { recursive: true });
  await next.flush();
  expect(journal.faults).toHaveLength(1);
  expect(journal.read()).toEqual({ content: journal.whole(), fault: undefined });
  expect(existsSync(file)).toBe(true);
  expect(existsSync(lastGoodIn(journal.path).whole)).toBe(true);
});
