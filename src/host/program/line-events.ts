// Makes `updated` events of what a program prints: of each line, or of each line that is a JSON object.

import type { Logger } from '../../base/logger.js';
import { shorten } from '../../base/shorten.js';
import type { EventItems } from '../../task/task.js';

/** So many events at once, then so many a second: more would only keep everybody else from being heard. */
const MOST_AT_ONCE = 1000;
const MOST_PER_SECOND = 100;
/** How often the log tells of the same trouble. */
const TELL_MS = 1000;

/** What an event says of itself, and what JavaScript reads from every object. */
const RESERVED = new Set([
  ...['result', 'device_action', 'pid', 'thread_id', 'tid', 'exit_code', 'signal'],
  ...['reason', 'error', 'killed', 'not_ended'],
  '__proto__',
]);

export interface LineEventsPorts {
  readonly kind: 'none' | 'lines' | 'json';
  readonly now: () => number;
  readonly log: Pick<Logger, 'warn'>;
  notify(items: EventItems): void;
}

export class LineEvents {
  readonly #ports: LineEventsPorts;
  /** What was printed before the service had started. */
  #held: string[] | undefined = [];
  #left = MOST_AT_ONCE;
  #countedMs: number;
  readonly #troubles = {
    dropped: { count: 0, toldMs: -Infinity, what: 'lines that came too fast to be told as events' },
    broken: { count: 0, toldMs: -Infinity, what: 'lines that are not a JSON object' },
    reserved: { count: 0, toldMs: -Infinity, what: 'items left out, their names are reserved' },
  };

  constructor(ports: LineEventsPorts) {
    this.#ports = ports;
    this.#countedMs = ports.now();
  }

  take(line: string): void {
    if (this.#ports.kind === 'none') return;
    if (this.#held === undefined) this.#tell(line);
    else if (this.#held.length < MOST_AT_ONCE) this.#held.push(line);
    else this.#note('dropped');
  }

  /** The service has started: from now on it has something to tell. */
  open(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const line of held) this.#tell(line);
  }

  /** Says what has been counted since it was last said. */
  close(): void {
    for (const trouble of Object.values(this.#troubles)) this.#say(trouble);
  }

  #tell(line: string): void {
    const items = this.#ports.kind === 'lines' ? { line } : this.#readItems(line);
    if (items === undefined) return;
    if (this.#isWithinLimit()) this.#ports.notify(items);
    else this.#note('dropped');
  }

  #readItems(line: string): EventItems | undefined {
    if (line.trim() === '') return undefined;
    const value = parse(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.#note('broken', line);
      return undefined;
    }
    const entries = Object.entries(value);
    const items = entries.filter(([key]) => !RESERVED.has(key));
    for (const [key] of entries) if (RESERVED.has(key)) this.#note('reserved', key);
    return Object.fromEntries(items);
  }

  #isWithinLimit(): boolean {
    const nowMs = this.#ports.now();
    const gained = (Math.max(0, nowMs - this.#countedMs) * MOST_PER_SECOND) / 1000;
    this.#left = Math.min(MOST_AT_ONCE, this.#left + gained);
    this.#countedMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  #note(kind: 'dropped' | 'broken' | 'reserved', example?: string): void {
    const trouble = this.#troubles[kind];
    trouble.count += 1;
    if (Math.abs(this.#ports.now() - trouble.toldMs) >= TELL_MS) this.#say(trouble, example);
  }

  #say(trouble: { count: number; toldMs: number; readonly what: string }, example?: string): void {
    if (trouble.count === 0) return;
    const fields = example === undefined ? {} : { for_example: shorten(example) };
    this.#ports.log.warn(`${trouble.what}: ${trouble.count}`, fields);
    trouble.count = 0;
    trouble.toldMs = this.#ports.now();
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
