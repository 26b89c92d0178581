// The journal: what a provider wants and has, on disk, so that the next one can go on from there.
//
//   journal.json                   everything, as it was at some moment
//   journal.changes.jsonl          what has changed since then, a line for each writing
//   journal.last-good.*            the two before them: they and the newest changes say everything as well

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { hasErrnoCode, messageOf } from '../base/errors.js';
import { isId, type ServiceId, type TransactionId } from '../base/ids.js';
import { contextConfigurationSchema } from '../model/context.js';
import { replyStatusSchema } from '../messages/state.js';
import { FAILURE_REASONS, SERVICE_STATUSES } from './snapshot.js';
import { EVENT_ACTIONS } from '../messages/service-event.js';

/** Raised when an older provider could not read it any more. */
export const JOURNAL_VERSION = 2;
/** How many records of each transaction a journal keeps. */
export const KEPT_RECORDS = 500;

/** Two files that belong together. */
export interface JournalPair {
  readonly whole: string;
  readonly changes: string;
}

export function newestIn(folder: string): JournalPair {
  return { whole: join(folder, 'journal.json'), changes: join(folder, 'journal.changes.jsonl') };
}

export function lastGoodIn(folder: string): JournalPair {
  return {
    whole: join(folder, 'journal.last-good.json'),
    changes: join(folder, 'journal.last-good.changes.jsonl'),
  };
}

const service = z.object({
  id: z.custom<ServiceId>((value) => typeof value === 'string' && isId(value)),
  status: z.enum(SERVICE_STATUSES),
  run: z.number().int().nonnegative(),
  isAlive: z.boolean(),
  isQuiet: z.boolean(),
  pid: z.number().int().optional(),
  lastAction: z.enum([...EVENT_ACTIONS, 'defined']),
  said: z.enum(['stopped', 'exited']).optional(),
  next: z
    .object({
      by: z.enum(['command', 'transition']),
      trigger: z.enum(['on_start', 'on_update', 'on_fail', 'on_exit']).optional(),
      cause: z.number().int(),
    })
    .optional(),
  restartsMs: z.array(z.number()).readonly(),
  reason: z.enum(FAILURE_REASONS).optional(),
  error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
  sinceMs: z.number(),
  cause: z.number().int(),
});
export type JournaledService = z.infer<typeof service>;

const transaction = z.object({
  id: z.custom<TransactionId>((value) => typeof value === 'string' && isId(value)),
  configuration: contextConfigurationSchema,
  records: z.number().int(),
  services: z.array(service),
  history: z.array(
    z.object({
      id: z.number().int(),
      atMs: z.number(),
      kind: z.enum(['command', 'event', 'transition', 'effect']),
      service: z.custom<ServiceId>((value) => typeof value === 'string' && isId(value)).optional(),
      text: z.string(),
      cause: z.number().int(),
    }),
  ),
});
export type JournaledTransaction = z.infer<typeof transaction>;

/** Commands that have been answered: their ids and the answers, oldest first. */
const answers = z.array(
  z.object({ messageId: z.string(), transaction: z.string(), status: replyStatusSchema }),
);

const content = z.object({ transactions: z.array(transaction), answers });
export type JournalContent = z.infer<typeof content>;

/** Services that have changed, records and answers that are new; the configuration only where it has changed. */
const change = z.object({
  transactions: z.array(transaction.partial({ configuration: true })),
  answers,
});
export type JournalChange = z.infer<typeof change>;

const whole = content.extend({ version: z.literal(JOURNAL_VERSION), name: z.string() });

/** The first line of a file of changes: which whole journal they come after, and which one that came after. */
const changesHead = z.object({ of: z.string(), after: z.string() });
export type ChangesHead = z.infer<typeof changesHead>;

export interface JournalReading {
  readonly content: JournalContent | undefined;
  /** What was wrong with the newest file, when an older one had to do, or none. */
  readonly fault: string | undefined;
}

/** Reads what the last provider left in `folder`: the journal, or the last good one before it, and what came after. */
export function readJournal(folder: string): JournalReading {
  const [newest, older] = [newestIn(folder), lastGoodIn(folder)].map(readPair);
  if (newest?.whole.value !== undefined) return replay(newest.whole.value, [newest.changes]);
  if (newest?.whole.fault === undefined) return { content: undefined, fault: undefined };
  const { fault } = newest.whole;
  if (older?.whole.value === undefined) return { content: undefined, fault };
  const reading = replay(older.whole.value, [older.changes, newest.changes]);
  return { ...reading, fault: [fault, reading.fault].filter((each) => each !== undefined).join('; ') };
}

interface Reading<T> {
  readonly value?: T;
  /** Missing, too, where there is no such file. */
  readonly fault?: string;
}

interface Changes {
  readonly head: ChangesHead;
  readonly lines: readonly JournalChange[];
  readonly fault?: string;
}

function readPair({ whole: path, changes }: JournalPair) {
  return { whole: readWhole(path), changes: readChanges(changes) };
}

function readWhole(path: string): Reading<z.infer<typeof whole>> {
  const { value: text, fault } = readText(path);
  if (text === undefined) return fault === undefined ? {} : { fault };
  return parse(whole, text, path);
}

/** What stands before a line that cannot be used. A last line that was cut has never been counted on. */
function readChanges(path: string): Changes | undefined {
  const [first = '', ...rest] = (readText(path).value ?? '').split('\n').slice(0, -1);
  const head = parse(changesHead, first, path).value;
  if (head === undefined) return undefined;
  const lines: JournalChange[] = [];
  for (const [index, line] of rest.entries()) {
    const { value, fault } = parse(change, line, `line ${index + 2} of ${path}`);
    if (value === undefined) return { head, lines, ...(fault === undefined ? {} : { fault }) };
    lines.push(value);
  }
  return { head, lines };
}

/** Changes count if they come after what is there, or after what came after it: each says how things are now. */
function replay(
  { name, version: _, ...start }: z.infer<typeof whole>,
  files: readonly (Changes | undefined)[],
): JournalReading {
  const fitting = files.filter((each) => each?.head.of === name || each?.head.after === name);
  const lines = fitting.flatMap((each) => each?.lines ?? []);
  return { content: lines.reduce(apply, start), fault: fitting.find((each) => each?.fault)?.fault };
}

function apply(before: JournalContent, { transactions, answers: given }: JournalChange): JournalContent {
  const known = new Map(before.transactions.map((each) => [each.id, each]));
  for (const { id, configuration, records, services, history } of transactions) {
    const old = known.get(id);
    const now = configuration ?? old?.configuration;
    if (now === undefined) continue;
    const all = new Map([...(old?.services ?? []), ...services].map((each) => [each.id, each]));
    known.set(id, {
      id,
      configuration: now,
      records,
      services: [...all.values()],
      history: [...(old?.history ?? []), ...history].slice(-KEPT_RECORDS),
    });
  }
  return { transactions: [...known.values()], answers: [...before.answers, ...given] };
}

function readText(path: string): Reading<string> {
  try {
    return { value: readFileSync(path, 'utf8') };
  } catch (error) {
    return hasErrnoCode(error, 'ENOENT') ? {} : { fault: messageOf(error) };
  }
}

function parse<S extends z.ZodType>(schema: S, text: string, where: string): Reading<z.infer<S>> {
  try {
    return { value: schema.parse(JSON.parse(text)) };
  } catch (error) {
    return { fault: `${where} cannot be used: ${describeFault(error)}` };
  }
}

function describeFault(error: unknown): string {
  const [issue] = error instanceof z.ZodError ? error.issues : [];
  return issue === undefined ? messageOf(error) : `${issue.path.map(String).join('.')}: ${issue.message}`;
}
