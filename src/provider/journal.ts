// The journal: what a provider wants and has, on disk, so that the next one can go on from there.

import { mkdirSync, readFileSync } from 'node:fs';
import { link, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import * as z from 'zod';
import { createDeferred, type Deferred } from '../base/deferred.js';
import { hasErrnoCode, messageOf } from '../base/errors.js';
import { isId, type ServiceId, type TransactionId } from '../base/ids.js';
import { contextConfigurationSchema } from '../model/context.js';
import { replyStatusSchema } from '../messages/state.js';
import { FAILURE_REASONS, SERVICE_STATUSES } from './snapshot.js';
import { EVENT_ACTIONS } from '../messages/service-event.js';

/** Raised when an older provider could not read it any more. */
const VERSION = 1;
const NEWEST = 'journal.json';
const LAST_GOOD = 'journal.last-good.json';

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

const journal = z.object({
  version: z.literal(VERSION),
  transactions: z.array(
    z.object({
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
    }),
  ),
  /** Commands that have been answered: their ids and the answers, oldest first. */
  answers: z.array(z.object({ messageId: z.string(), transaction: z.string(), status: replyStatusSchema })),
});
export type JournalContent = Omit<z.infer<typeof journal>, 'version'>;

export interface JournalReading {
  readonly content: JournalContent | undefined;
  /** What was wrong with the newest file, when an older one had to do, or none. */
  readonly fault: string | undefined;
}

/** Reads what the last provider left in `folder`: the journal, or the last good one before it. */
export function readJournal(folder: string): JournalReading {
  const newest = readFile(join(folder, NEWEST));
  if (newest.content !== undefined || newest.fault === undefined) return newest;
  const older = readFile(join(folder, LAST_GOOD));
  return { content: older.content, fault: newest.fault };
}

/** What the journal has cost so far; times in milliseconds. */
export interface JournalCost {
  writes: number;
  failures: number;
  totalMs: number;
  lastMs: number;
  maxMs: number;
}

/** Writes one journal at a time; what changes meanwhile is in the next one. */
export class JournalWriter {
  readonly #folder: string;
  readonly #compose: () => JournalContent;
  readonly #tellFault: (text: string) => void;
  readonly cost: JournalCost = { writes: 0, failures: 0, totalMs: 0, lastMs: 0, maxMs: 0 };
  #writing: Promise<void> | undefined;
  #next: Deferred<void> | undefined;
  #isClosed = false;

  constructor(folder: string, compose: () => JournalContent, tellFault: (text: string) => void) {
    this.#folder = folder;
    this.#compose = compose;
    this.#tellFault = tellFault;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Resolves when everything up to now is on disk, or could not be written, which is told. */
  flush(): Promise<void> {
    if (this.#writing === undefined) return this.#write();
    this.#next ??= createDeferred<void>();
    return this.#next.promise;
  }

  /** Writes a last time; nothing is written after that. */
  async close(): Promise<void> {
    await this.flush();
    this.#isClosed = true;
  }

  #write(): Promise<void> {
    const writing = this.#writeOnce().finally(() => {
      this.#writing = undefined;
      const next = this.#next;
      this.#next = undefined;
      if (next !== undefined) void this.#write().then(() => next.resolve());
    });
    this.#writing = writing;
    return writing;
  }

  async #writeOnce(): Promise<void> {
    if (this.#isClosed) return;
    const before = performance.now();
    const text = JSON.stringify({ version: VERSION, ...this.#compose() });
    try {
      const path = join(this.#folder, NEWEST);
      await keep(path, join(this.#folder, LAST_GOOD));
      await writeFileAtomic(path, text, { mode: 0o600 });
    } catch (error) {
      this.cost.failures += 1;
      this.#tellFault(`the journal could not be written: ${messageOf(error)}`);
    }
    this.#noteCost(performance.now() - before);
  }

  #noteCost(lastMs: number): void {
    this.cost.writes += 1;
    this.cost.lastMs = lastMs;
    this.cost.totalMs += lastMs;
    this.cost.maxMs = Math.max(this.cost.maxMs, lastMs);
  }
}

/** What is at `path` gets a second name, under which it outlives being replaced. */
async function keep(path: string, other: string): Promise<void> {
  const between = `${other}.new`;
  await rm(between, { force: true });
  try {
    await link(path, between);
  } catch (error) {
    if (hasErrnoCode(error, 'ENOENT')) return;
    throw error;
  }
  // At no moment there is none.
  await rename(between, other);
}

function readFile(path: string): JournalReading {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return { content: undefined, fault: hasErrnoCode(error, 'ENOENT') ? undefined : messageOf(error) };
  }
  try {
    return { content: journal.parse(JSON.parse(text)), fault: undefined };
  } catch (error) {
    return {
      content: undefined,
      fault: `${path} cannot be used: ${describeFault(error)}`,
    };
  }
}

function describeFault(error: unknown): string {
  const [issue] = error instanceof z.ZodError ? error.issues : [];
  return issue === undefined ? messageOf(error) : `${issue.path.map(String).join('.')}: ${issue.message}`;
}
