// Tracks the services of a transaction from the messages on the bus.

import { systemClock } from '../base/clock.js';
import { isId } from '../base/ids.js';
import type { TaskInfo, TransactionInfo } from '../messages/context-info.js';
import { runOfHeartbeat, type HeartbeatBody } from '../messages/heartbeat.js';
import { isSameRun, type RunIdentity } from '../messages/run-identity.js';
import type { ServiceEventBody } from '../messages/service-event.js';

/** The maximum number of monitored services: messages on the bus must not fill the memory. */
const MAX_SERVICES = 1000;
const MAX_NAME_LENGTH = 128;

export interface WatchedService extends RunIdentity {
  readonly serviceId: string;
  readonly instance: string;
  readonly pid: number | undefined;
  readonly tid: number | undefined;
  /** The last event. */
  readonly action: string;
  /** success, in_progress or failed. */
  readonly state: string;
  /** defined, starting, started, stopping, stopped, exited, failed or backoff. */
  readonly status: string;
  /** Launches after the first. */
  readonly restarts: number;
  readonly lagMs: number | undefined;
  /** Milliseconds since the epoch. */
  readonly lastEventMs: number | undefined;
}

interface LastSeen {
  lastBeat: HeartbeatBody | undefined;
  lastEventMs: number | undefined;
}

export class ServiceRegistry {
  readonly #transaction: string;
  readonly #now: () => number;
  #tasks: readonly TaskInfo[] = [];
  #lastSeen = new Map<string, LastSeen>();
  /** The number of services beyond the limit. */
  unwatched = 0;

  constructor(transaction: string, now = () => systemClock.now()) {
    this.#transaction = transaction;
    this.#now = now;
  }

  get services(): readonly WatchedService[] {
    return this.#tasks.map((task) => {
      const lastSeen = this.#lastSeen.get(task.service_id);
      return {
        serviceId: task.service_id,
        instance: cleanName(task.instance),
        pid: task.pid ?? undefined,
        runToken: task.run_token,
        tid: task.tid,
        action: task.action,
        state: task.state,
        status: task.status ?? task.action,
        restarts: task.restarts ?? 0,
        lagMs: lagOf(task, lastSeen?.lastBeat),
        lastEventMs: lastSeen?.lastEventMs,
      };
    });
  }

  update(info: TransactionInfo): void {
    const tasks = info.tasks.filter(({ service_id: id }) => isId(id));
    this.#tasks = tasks.slice(0, MAX_SERVICES);
    this.unwatched = tasks.length - this.#tasks.length;
    const known = this.#tasks.map(
      ({ service_id: id }) => [id, this.#lastSeen.get(id) ?? neverSeen()] as const,
    );
    this.#lastSeen = new Map(known);
  }

  onEvent({ header }: ServiceEventBody): void {
    if (header.service_transaction !== this.#transaction) return;
    const lastSeen = this.#lastSeen.get(header.service_id);
    const sentMs = Date.parse(header.sent_at ?? '');
    if (lastSeen !== undefined) lastSeen.lastEventMs = Number.isNaN(sentMs) ? this.#now() : sentMs;
  }

  onHeartbeat(heartbeat: HeartbeatBody): void {
    const { header } = heartbeat;
    if (header.service_transaction !== this.#transaction) return;
    const lastSeen = this.#lastSeen.get(header.service_id);
    if (lastSeen !== undefined) lastSeen.lastBeat = heartbeat;
  }
}

function neverSeen(): LastSeen {
  return { lastBeat: undefined, lastEventMs: undefined };
}

/** Undefined without a process, and if the last heartbeat is of an earlier run. */
function lagOf({ pid, run_token: runToken }: TaskInfo, beat: HeartbeatBody | undefined): number | undefined {
  const isPresent = pid !== null && beat !== undefined && isSameRun({ runToken, pid }, runOfHeartbeat(beat));
  return isPresent ? beat.content.event_loop_lag_ms : undefined;
}

/** Makes a name printable and short: it becomes part of labels and files. */
function cleanName(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_NAME_LENGTH);
}
