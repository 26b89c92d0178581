// The audit log: who asked for what, who was refused and why; one JSON object per line, for the owner alone.

import { appendFileSync, closeSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../base/make-folder.js';
import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { openPrivate } from '../base/private-files.js';

const MAX_BYTES = 1024 * 1024;
const FILES = 5;
/** Of one kind of refusal, so many a minute are written; the others are counted. */
const MOST_A_MINUTE = 20;
const MINUTE_MS = 60_000;

export interface AuditEntry {
  readonly verdict: 'accepted' | 'refused';
  /** Name of the client or service, its key, its address: as much as is known. */
  readonly who: Readonly<Record<string, string>>;
  readonly what: Readonly<Record<string, string>>;
  /** Why it was refused. */
  readonly code?: string;
  readonly reason?: string;
}

interface Burst {
  readonly startMs: number;
  told: number;
  untold: number;
}

export class Audit {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #tellFault: (text: string) => void;
  readonly #bursts = new Map<string, Burst>();
  #hasFailed = false;
  refusals = 0;

  constructor(path: string, clock: Clock, tellFault: (text: string) => void) {
    this.#path = path;
    this.#clock = clock;
    this.#tellFault = tellFault;
  }

  /** Returns whether it was written: of a flood of refusals only the first ones are. */
  note(entry: AuditEntry): boolean {
    const { who, code } = entry;
    if (entry.verdict === 'accepted') return this.#write(entry);
    this.refusals += 1;
    // A key that nobody knows is the stranger's choice: with one burst for each, the log would be his to flush.
    const known = code === 'SEC_KEY_UNKNOWN' ? '' : (who.key ?? '');
    // Whoever hangs up again and again hides nobody who is refused for another reason.
    const why = code === 'SEC_CONNECTION_REFUSED' ? (entry.reason ?? '') : '';
    const burst = this.#burstOf(`${who.name ?? ''} ${known} ${code ?? ''} ${why}`.trim());
    if (burst.told >= MOST_A_MINUTE) {
      burst.untold += 1;
      return false;
    }
    burst.told += 1;
    return this.#write(entry);
  }

  #burstOf(kind: string): Burst {
    const nowMs = this.#clock.monotonic();
    for (const [each, { startMs, untold }] of this.#bursts) {
      if (nowMs - startMs < MINUTE_MS) break;
      this.#bursts.delete(each);
      if (untold > 0)
        this.#write({ verdict: 'refused', who: {}, what: { more_of: each, count: String(untold) } });
    }
    const burst = this.#bursts.get(kind) ?? { startMs: nowMs, told: 0, untold: 0 };
    this.#bursts.set(kind, burst);
    return burst;
  }

  #write(entry: AuditEntry): boolean {
    const line = `${JSON.stringify({ at: new Date(this.#clock.now()).toISOString(), ...entry })}\n`;
    try {
      makeFolder(dirname(this.#path), 0o700);
      const size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
      if (size > 0 && size + line.length > MAX_BYTES) this.#rotate();
      append(this.#path, line);
      this.#hasFailed = false;
      return true;
    } catch (error) {
      // A full disk keeps nobody from stopping a service.
      if (!this.#hasFailed) this.#tellFault(`the audit log could not be written: ${messageOf(error)}`);
      this.#hasFailed = true;
      return false;
    }
  }

  /** audit.jsonl -> audit.jsonl.1 -> ... -> gone */
  #rotate(): void {
    for (let number = FILES - 1; number > 0; number -= 1) {
      const from = number === 1 ? this.#path : `${this.#path}.${number - 1}`;
      if (statSync(from, { throwIfNoEntry: false }) !== undefined)
        renameSync(from, `${this.#path}.${number}`);
    }
  }
}

function append(path: string, line: string): void {
  const descriptor = openPrivate(path);
  try {
    appendFileSync(descriptor, line);
  } finally {
    closeSync(descriptor);
  }
}
