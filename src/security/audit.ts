// Writes the audit log: accepted and refused requests, one JSON object per line, readable by its owner only.

import { appendFileSync, closeSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../base/make-folder.js';
import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { openPrivate } from '../base/private-files.js';

const MAX_BYTES = 1024 * 1024;
const FILES = 5;
/** The maximum number of lines per minute for one kind of refusal; further ones are counted. */
const MAX_PER_MINUTE = 20;
const MINUTE_MS = 60_000;

export interface AuditEntry {
  readonly verdict: 'accepted' | 'refused';
  /** The name, key and address of the client or service, as far as they are known. */
  readonly who: Readonly<Record<string, string>>;
  readonly what: Readonly<Record<string, string>>;
  /** The reason of a refusal. */
  readonly code?: string;
  readonly reason?: string;
}

interface Burst {
  readonly startMs: number;
  written: number;
  suppressed: number;
}

export class Audit {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #onFault: (text: string) => void;
  readonly #bursts = new Map<string, Burst>();
  #hasFailed = false;
  refusals = 0;

  constructor(path: string, clock: Clock, onFault: (text: string) => void) {
    this.#path = path;
    this.#clock = clock;
    this.#onFault = onFault;
  }

  /** Writes an entry; returns false if it was not written, because of a flood of refusals or an error. */
  record(entry: AuditEntry): boolean {
    const { who, code } = entry;
    if (entry.verdict === 'accepted') return this.#write(entry);
    this.refusals += 1;
    // One limit for all unknown keys: an attacker could generate keys and flood the log.
    const known = code === 'SEC_KEY_UNKNOWN' ? '' : (who.key ?? '');
    // One limit per reason: repeated disconnects must not suppress other refusals.
    const why = code === 'SEC_CONNECTION_REFUSED' ? (entry.reason ?? '') : '';
    const burst = this.#burstOf(`${who.name ?? ''} ${known} ${code ?? ''} ${why}`.trim());
    if (burst.written >= MAX_PER_MINUTE) {
      burst.suppressed += 1;
      return false;
    }
    burst.written += 1;
    return this.#write(entry);
  }

  #burstOf(kind: string): Burst {
    const nowMs = this.#clock.monotonic();
    for (const [each, { startMs, suppressed }] of this.#bursts) {
      if (nowMs - startMs < MINUTE_MS) break;
      this.#bursts.delete(each);
      if (suppressed > 0)
        this.#write({ verdict: 'refused', who: {}, what: { more_of: each, count: String(suppressed) } });
    }
    const burst = this.#bursts.get(kind) ?? { startMs: nowMs, written: 0, suppressed: 0 };
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
      // A full disk must not prevent requests.
      if (!this.#hasFailed) this.#onFault(`cannot write the audit log ${this.#path}: ${messageOf(error)}`);
      this.#hasFailed = true;
      return false;
    }
  }

  /** audit.jsonl -> audit.jsonl.1 -> ... -> deleted */
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
