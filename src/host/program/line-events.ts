// Turns the output of a program into `updated` events: each line, or each line that is a JSON object.

import type { Logger } from '../../base/logger.js';
import { shorten } from '../../base/shorten.js';
import type { EventItems } from '../../task/task.js';

/** The largest burst of events, and the rate afterwards: more would block the events of other services. */
const MAX_BURST = 1000;
const MAX_PER_SECOND = 100;
/** The shortest time between two warnings about the same problem, in milliseconds. */
const WARN_INTERVAL_MS = 1000;

/** Fields that events have already, and the key that JavaScript reads from every object. */
const RESERVED: ReadonlySet<string> = new Set([
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
  /** Lines that were printed before the service had started; undefined afterwards. */
  #buffered: string[] | undefined = [];
  #left = MAX_BURST;
  #countedMs: number;
  readonly #problems = {
    dropped: { count: 0, warnedMs: -Infinity, what: 'lines dropped, too many for events' },
    broken: { count: 0, warnedMs: -Infinity, what: 'lines ignored, not a JSON object' },
    reserved: { count: 0, warnedMs: -Infinity, what: 'items ignored, their names are reserved' },
  };

  constructor(ports: LineEventsPorts) {
    this.#ports = ports;
    this.#countedMs = ports.now();
  }

  push(line: string): void {
    if (this.#ports.kind === 'none') return;
    if (this.#buffered === undefined) this.#emit(line);
    else if (this.#buffered.length < MAX_BURST) this.#buffered.push(line);
    else this.#countProblem('dropped');
  }

  /** Call when the service has started: emits the buffered lines. */
  open(): void {
    const buffered = this.#buffered ?? [];
    this.#buffered = undefined;
    for (const line of buffered) this.#emit(line);
  }

  /** Logs the problems that were counted since the last warning. */
  close(): void {
    for (const problem of Object.values(this.#problems)) this.#warn(problem);
  }

  #emit(line: string): void {
    const items = this.#ports.kind === 'lines' ? { line } : this.#readItems(line);
    if (items === undefined) return;
    if (this.#isWithinLimit()) this.#ports.notify(items);
    else this.#countProblem('dropped');
  }

  #readItems(line: string): EventItems | undefined {
    if (line.trim() === '') return undefined;
    const value = parse(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.#countProblem('broken', line);
      return undefined;
    }
    const entries = Object.entries(value);
    const items = entries.filter(([key]) => !RESERVED.has(key));
    for (const [key] of entries) if (RESERVED.has(key)) this.#countProblem('reserved', key);
    return Object.fromEntries(items);
  }

  #isWithinLimit(): boolean {
    const nowMs = this.#ports.now();
    const gained = (Math.max(0, nowMs - this.#countedMs) * MAX_PER_SECOND) / 1000;
    this.#left = Math.min(MAX_BURST, this.#left + gained);
    this.#countedMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  #countProblem(kind: 'dropped' | 'broken' | 'reserved', example?: string): void {
    const problem = this.#problems[kind];
    problem.count += 1;
    if (Math.abs(this.#ports.now() - problem.warnedMs) >= WARN_INTERVAL_MS) this.#warn(problem, example);
  }

  #warn(problem: { count: number; warnedMs: number; readonly what: string }, example?: string): void {
    if (problem.count === 0) return;
    const fields = example === undefined ? {} : { for_example: shorten(example) };
    this.#ports.log.warn(`${problem.what}: ${problem.count}`, fields);
    problem.count = 0;
    problem.warnedMs = this.#ports.now();
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
