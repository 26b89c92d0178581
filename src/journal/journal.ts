// The journal: the desired and present state of a provider on disk, from which the next provider continues.
//
//   journal.json                   the full state at some moment
//   journal.changes.jsonl          the changes since then, one line per write
//   journal.last-good.*            the previous two files: together with the newest changes they are complete, too

import { join } from 'node:path';
import * as z from 'zod';
import { ContextdError, hasErrnoCode, messageOf } from '../base/errors.js';
import { readPrivate } from '../base/private-files.js';
import {
  changeSchema,
  changesHeadSchema,
  earlierChangeSchema,
  fullSchema,
  MAX_RECORDS,
  type ChangesHead,
  type JournalChange,
  type JournalContent,
  type JournaledTransaction,
} from './journal-format.js';

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

function readWhole(path: string): ReadResult<z.infer<typeof fullSchema>> {
  const { value: text, fault } = readText(path);
  if (text === undefined) return fault === undefined ? {} : { fault };
  return parse(fullSchema, text, path);
}

/** Reads the lines before an invalid one. An incomplete last line was never acknowledged. */
function readChanges(path: string): Changes | undefined {
  const { value: text, fault: unread } = readText(path);
  if (text === undefined) return unread === undefined ? undefined : { lines: [], fault: unread };
  const [first = '', ...rest] = text.split('\n').slice(0, -1);
  const { value: head, fault: misread } = parse(changesHeadSchema, first, path);
  if (head === undefined) return { lines: [], ...(misread === undefined ? {} : { fault: misread }) };
  const schema = head.version === undefined ? earlierChangeSchema : changeSchema;
  const lines: JournalChange[] = [];
  for (const [index, line] of rest.entries()) {
    const { value, fault } = parse(schema, line, `line ${index + 2} of ${path}`);
    if (value === undefined) return { head, lines, ...(fault === undefined ? {} : { fault }) };
    lines.push(value);
  }
  return { head, lines };
}

/** Applies changes that follow `start`, or follow the journal after it: each holds current values. */
function replay(
  { name, version: _, ...start }: z.infer<typeof fullSchema>,
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
