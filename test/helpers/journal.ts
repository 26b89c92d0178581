// A journal in a temporary folder, with one transaction to write.

import { readFileSync } from 'node:fs';
import type { TransactionId } from '../../src/base/ids.js';
import type { CommandAnswer } from '../../src/provider/commands/command-context.js';
import { SupervisorJournal } from '../../src/journal/journal-source.js';
import { Health } from '../../src/base/health.js';
import { JournalWriter } from '../../src/journal/journal-writer.js';
import { readJournal, type JournalReadResult } from '../../src/journal/journal.js';
import type { JournalContent } from '../../src/journal/journal-format.js';
import { IdempotencyCache } from '../../src/provider/idempotency-cache.js';
import { addHistory, createTransaction } from '../../src/supervision/transaction.js';
import { TransactionStore } from '../../src/supervision/transaction-store.js';
import { transition } from '../../src/supervision/transition.js';
import { testConfiguration, testContextFile } from './context.js';
import { openFolder } from './folder.js';
import { ManualClock } from './manual-clock.js';

export const T1 = 'T1' as TransactionId;

/** Opens a journal of one transaction with two services. */
export async function openJournal() {
  const folder = await openFolder();
  const faults: string[] = [];
  const clock = new ManualClock();
  const writers: JournalWriter[] = [];
  const once = new IdempotencyCache<CommandAnswer>(clock);
  const configuration = testConfiguration([
    { id: 'ts_1', instance: 'A' },
    { id: 'ts_2', instance: 'B' },
  ]);
  const file = testContextFile(folder.path, configuration);
  const transactions = new TransactionStore();
  transactions.add(createTransaction(T1, configuration, 1000));
  const open = () => {
    const source = new SupervisorJournal(transactions, once, file);
    const health = new Health((text) => void faults.push(text));
    const writer = new JournalWriter(folder.path, { clock, source, health });
    writers.push(writer);
    return writer;
  };
  return {
    path: folder.path,
    faults,
    clock,
    once,
    transactions,
    configuration,
    open,
    writer: open(),
    /** The full content, as a new writer would write it. */
    whole: (): JournalContent => asRead(new SupervisorJournal(transactions, once, file).fullContent()),
    read: () => readJournal(folder.path),
    /** Executes a command for one service and stores its answer. */
    work: async (messageId: string, id = 'ts_1') => {
      const transaction = transactions.get(T1)!;
      const services = configuration.TaskService.map((each) => each.id).filter((each) => each === id);
      const event = {
        type: 'run_requested',
        action: 'restart',
        atMs: 2000,
        services,
        cause: messageId,
      } as const;
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

/** Converts to JSON and back, which drops undefined fields. */
function asRead(content: JournalContent): JournalContent {
  return JSON.parse(JSON.stringify(content)) as JournalContent;
}

export function validReading(content: JournalContent): JournalReadResult {
  return { content, fault: undefined, isLastGood: false };
}

export function linesOf(path: string): readonly string[] {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1);
}
