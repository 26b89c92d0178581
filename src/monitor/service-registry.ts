// What is known of the services of a transaction from what is said on the bus.

import { isId } from '../base/ids.js';
import type { TaskInfo, TransactionInfo } from '../messages/context-info.js';
import type { HeartbeatBody } from '../messages/heartbeat.js';
import type { ServiceEventBody } from '../messages/service-event.js';

/** Further ones are not watched: what is said on the bus must not fill the memory. */
export const MOST_SERVICES = 1000;
const MOST_NAME = 128;

export interface WatchedService {
  readonly serviceId: string;
  readonly instance: string;
  readonly pid: number | undefined;
  readonly tid: number | undefined;
  /** The last event, and success, in_progress or failed. */
  readonly action: string;
  readonly state: string;
  /** Where it stands: defined, starting, started, stopping, stopped, exited, failed or backoff. */
  readonly status: string;
  /** How often it was launched again. */
  readonly restarts: number;
  readonly lagMs: number | undefined;
  /** Milliseconds since the epoch. */
  readonly lastEventMs: number | undefined;
}

interface Life {
  lagMs: number | undefined;
  lastEventMs: number | undefined;
}

export class ServiceRegistry {
  readonly #transaction: string;
  readonly #now: () => number;
  #tasks: readonly TaskInfo[] = [];
  #lives = new Map<string, Life>();
  /** How many services there are beyond those that are watched. */
  surplus = 0;

  constructor(transaction: string, now: () => number = Date.now) {
    this.#transaction = transaction;
    this.#now = now;
  }

  get services(): readonly WatchedService[] {
    return this.#tasks.map((task) => {
      const life = this.#lives.get(task.service_id);
      return {
        serviceId: task.service_id,
        instance: cleanName(task.instance),
        pid: task.pid ?? undefined,
        tid: task.tid,
        action: task.action,
        state: task.state,
        status: task.status ?? task.action,
        restarts: task.restarts ?? 0,
        lagMs: task.pid === null ? undefined : life?.lagMs,
        lastEventMs: life?.lastEventMs,
      };
    });
  }

  noteInfo(info: TransactionInfo): void {
    const tasks = info.tasks.filter(({ service_id: id }) => isId(id));
    this.#tasks = tasks.slice(0, MOST_SERVICES);
    this.surplus = tasks.length - this.#tasks.length;
    const known = this.#tasks.map(({ service_id: id }) => [id, this.#lives.get(id) ?? newLife()] as const);
    this.#lives = new Map(known);
  }

  noteEvent({ header }: ServiceEventBody): void {
    if (header.service_transaction !== this.#transaction) return;
    const life = this.#lives.get(header.service_id);
    const sentMs = Date.parse(header.sent_at ?? '');
    if (life !== undefined) life.lastEventMs = Number.isNaN(sentMs) ? this.#now() : sentMs;
  }

  noteBeat({ header, content }: HeartbeatBody): void {
    if (header.service_transaction !== this.#transaction) return;
    const life = this.#lives.get(header.service_id);
    if (life !== undefined) life.lagMs = content.event_loop_lag_ms;
  }
}

function newLife(): Life {
  return { lagMs: undefined, lastEventMs: undefined };
}

/** Printable and short: it becomes part of labels and files. */
function cleanName(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, '?').slice(0, MOST_NAME);
}
