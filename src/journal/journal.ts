// The journal: the desired and present state of a provider on disk, from which the next provider continues.
//
//   journal.json                   the full state at some moment
//   journal.changes.jsonl          the changes since then, one line per write
//   journal.last-good.*            the previous two files: together with the newest changes they are complete, too

import { join } from 'node:path';
import * as z from 'zod';
import { ContextdError, hasErrnoCode, messageOf } from '../base/errors.js';
import { readPrivate } from '../base/private-files.js';
import { isId, type ServiceId, type TransactionId } from '../base/ids.js';
import { contextConfigurationSchema } from '../model/context.js';
import { historyRecordSchema } from '../messages/history.js';
import { replyStatusSchema } from '../messages/state.js';
import { FAILURE_REASONS, SERVICE_STATUSES } from '../supervision/snapshot.js';
import { EVENT_ACTIONS } from '../messages/service-event.js';

/** Increased when older providers cannot read the format any more. */
export const JOURNAL_VERSION = 2;
/** The maximum number of history records per transaction. */
export const MAX_RECORDS = 500;

/** Two files that belong together. */
export interface JournalFiles {
  readonly full: string;
  readonly changes: string;
}

export function newestFiles(folder: string): JournalFiles {
  return { full: join(folder, 'journal.json'), changes: join(folder, 'journal.changes.jsonl') };
}

export function lastGoodFiles(folder: string): JournalFiles {
  return {
    full: join(folder, 'journal.last-good.json'),
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
  codeHash: z.string().optional(),
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
  history: z.array(historyRecordSchema),
});
export type JournaledTransaction = z.infer<typeof transaction>;

/** The ids and answers of completed commands, oldest first. */
const answers = z.array(
  z.object({
    messageId: z.string(),
    transaction: z.string(),
    status: replyStatusSchema,
    /** Missing in journals of older versions. */
    atMs: z.number().optional(),
  }),
);

/** The context file and addresses of the provider that wrote the journal; missing in journals of earlier versions. */
const origin = z.object({ file: z.string(), frontend: z.string(), backend: z.string() });
export type JournalOrigin = z.infer<typeof origin>;

const content = z.object({ origin: origin.optional(), transactions: z.array(transaction), answers });
export type JournalContent = z.infer<typeof content>;

/**
 * Changed services, new records and answers, removed transactions; a configuration only where it has
 * changed.
 */
const change = z.object({
  gone: z.array(transaction.shape.id),
  transactions: z.array(transaction.partial({ configuration: true })),
  answers,
});
export type JournalChange = z.infer<typeof change>;

const whole = content.extend({ version: z.literal(JOURNAL_VERSION), name: z.string() });

/** The first line of a changes file: `of` names the full journal before them, `after` the one before that. */
const changesHead = z.object({ of: z.string(), after: z.string() });
export type ChangesHead = z.infer<typeof changesHead>;

export interface JournalReadResult {
  readonly content: JournalContent | undefined;
  /** The damage of the newest files, if older files, a part or nothing had to be used. */
  readonly fault: string | undefined;
  /** Older files had to be used. */
  readonly isLastGood: boolean;
}

/** Reads the journal in `folder`: the newest one or, if that is damaged, the last good one with later changes. */
export function readJournal(folder: string): JournalReadResult {
  const [newest, older] = [newestFiles(folder), lastGoodFiles(folder)].map(readPair);
  if (newest?.whole.value !== undefined)
    return { ...replay(newest.whole.value, [newest.changes]), isLastGood: false };
  const isLeft = newest?.changes !== undefined || older?.whole.value !== undefined;
  const fault = newest?.whole.fault ?? (isLeft ? `${newestFiles(folder).full} is missing` : undefined);
  if (fault === undefined || older?.whole.value === undefined)
    return { content: undefined, fault, isLastGood: false };
  const reading = replay(older.whole.value, [older.changes, newest?.changes]);
  const faults = [fault, reading.fault].filter((each) => each !== undefined);
  return { ...reading, fault: faults.join('; '), isLastGood: true };
}

interface ReadResult<T> {
  readonly value?: T;
  /** Also missing when there is no such file. */
  readonly fault?: string;
}

interface Changes {
  /** Missing when it cannot be read. */
  readonly head?: ChangesHead | undefined;
  readonly lines: readonly JournalChange[];
  readonly fault?: string;
}

function readPair({ full: path, changes }: JournalFiles) {
  return { whole: readWhole(path), changes: readChanges(changes) };
}

function readWhole(path: string): ReadResult<z.infer<typeof whole>> {
  const { value: text, fault } = readText(path);
  if (text === undefined) return fault === undefined ? {} : { fault };
  return parse(whole, text, path);
}

/** Reads the lines before an invalid one. An incomplete last line was never acknowledged. */
function readChanges(path: string): Changes | undefined {
  const { value: text, fault: unread } = readText(path);
  if (text === undefined) return unread === undefined ? undefined : { lines: [], fault: unread };
  const [first = '', ...rest] = text.split('\n').slice(0, -1);
  const { value: head, fault: misread } = parse(changesHead, first, path);
  if (head === undefined) return { lines: [], ...(misread === undefined ? {} : { fault: misread }) };
  const lines: JournalChange[] = [];
  for (const [index, line] of rest.entries()) {
    const { value, fault } = parse(change, line, `line ${index + 2} of ${path}`);
    if (value === undefined) return { head, lines, ...(fault === undefined ? {} : { fault }) };
    lines.push(value);
  }
  return { head, lines };
}

/** Applies changes that follow `start`, or follow the journal after it: each holds current values. */
function replay(
  { name, version: _, ...start }: z.infer<typeof whole>,
  files: readonly (Changes | undefined)[],
): Pick<JournalReadResult, 'content' | 'fault'> {
  const applicable = files.filter(
    (each) => each !== undefined && (each.head === undefined || isAfter(each.head, name)),
  );
  const lines = applicable.flatMap((each) => each?.lines ?? []);
  return { content: applyAll(start, lines), fault: applicable.find((each) => each?.fault)?.fault };
}

function isAfter({ of, after }: ChangesHead, name: string): boolean {
  return of === name || after === name;
}

/** Applying a line twice changes nothing. */
function applyAll(start: JournalContent, lines: readonly JournalChange[]): JournalContent {
  const known = new Map(start.transactions.map((each) => [each.id, each]));
  const answered = new Map(start.answers.map((each) => [each.messageId, each]));
  for (const { gone, transactions, answers: given } of lines) {
    for (const each of transactions) {
      const now = applyOne(known.get(each.id), each);
      if (now !== undefined) known.set(each.id, now);
    }
    for (const id of gone) known.delete(id);
    for (const answer of given) answered.set(answer.messageId, answer);
  }
  return { ...start, transactions: [...known.values()], answers: [...answered.values()] };
}

function applyOne(
  old: JournaledTransaction | undefined,
  {
    id,
    configuration = old?.configuration,
    records,
    services,
    history,
  }: JournalChange['transactions'][number],
): JournaledTransaction | undefined {
  if (configuration === undefined) return undefined;
  const isNew = (record: { readonly id: number }) => record.id > (old?.records ?? 0);
  const all = new Map([...(old?.services ?? []), ...services].map((each) => [each.id, each]));
  const past = [...(old?.history ?? []), ...history.filter(isNew)].slice(-MAX_RECORDS);
  return { id, configuration, records, services: [...all.values()], history: past };
}

function readText(path: string): ReadResult<string> {
  try {
    return { value: readPrivate(path) };
  } catch (error) {
    // A damaged file can be replaced, but a file that other users can write must not be trusted.
    if (error instanceof ContextdError) throw error;
    return hasErrnoCode(error, 'ENOENT') ? {} : { fault: messageOf(error) };
  }
}

function parse<S extends z.ZodType>(schema: S, text: string, where: string): ReadResult<z.infer<S>> {
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
