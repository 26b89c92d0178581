// Reports that a service cannot write its log, at most once a minute for each service.

import type { Clock } from '../base/clock.js';
import type { HeartbeatBody } from '../messages/heartbeat.js';

const PAUSE_MS = 60_000;

interface Reported {
  readonly sender: string | undefined;
  readonly lines: number;
  readonly atMs: number;
}

export class ThrottledLossLog {
  readonly #clock: Clock;
  readonly #reported = new Map<string, Reported>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns the text to report, or undefined when the heartbeat has no new losses. */
  note({ header, content }: HeartbeatBody): string | undefined {
    const { log_loss: loss } = content;
    if (loss === undefined) return undefined;
    const { service_id: service, service_transaction: transaction, sender } = header;
    const key = `${transaction}/${service}`;
    const reported = this.#reported.get(key);
    const atMs = this.#clock.monotonic();
    // Another sender is another run, which counts from 0.
    const isSameRun = reported !== undefined && reported.sender === sender;
    if (isSameRun && (reported.lines === loss.lines || atMs - reported.atMs < PAUSE_MS)) return undefined;
    this.#reported.set(key, { sender, lines: loss.lines, atMs });
    return `${service} in ${transaction} cannot write its log: ${loss.lines} lines lost so far, ${loss.code}`;
  }
}
