// Says when a service cannot write its log, at most once a minute for each: a full disk is nobody's secret.

import type { Clock } from '../base/clock.js';
import type { HeartbeatBody } from '../messages/heartbeat.js';

const PAUSE_MS = 60_000;

interface Told {
  readonly sender: string | undefined;
  readonly lines: number;
  readonly atMs: number;
}

export class ThrottledLossLog {
  readonly #clock: Clock;
  readonly #told = new Map<string, Told>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What to tell about this heartbeat, if it has news of lines lost. */
  note({ header, content }: HeartbeatBody): string | undefined {
    const { log_loss: loss } = content;
    if (loss === undefined) return undefined;
    const { service_id: service, service_transaction: transaction, sender } = header;
    const key = `${transaction}/${service}`;
    const told = this.#told.get(key);
    const atMs = this.#clock.monotonic();
    // Another sender is another run, which counts anew.
    const isSameRun = told !== undefined && told.sender === sender;
    if (isSameRun && (told.lines === loss.lines || atMs - told.atMs < PAUSE_MS)) return undefined;
    this.#told.set(key, { sender, lines: loss.lines, atMs });
    return `${service} in ${transaction} cannot write its log: ${loss.lines} lines lost so far, ${loss.code}`;
  }
}
