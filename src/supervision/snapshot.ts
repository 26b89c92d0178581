// Frozen values of state: where every service of a transaction stands, and what may happen to it.

import type { ErrorReport } from '../base/errors.js';
import type { ServiceId, TransactionId } from '../base/ids.js';
import type { EventAction } from '../messages/service-event.js';
import type { ServiceStatus } from '../messages/service-status.js';
import type { ProcessEnd } from '../launcher/launcher.js';
import type { TaskService, Trigger } from '../model/context.js';
import type { Limit } from '../model/limits.js';

export { SERVICE_STATUSES, type ServiceStatus } from '../messages/service-status.js';

export const FAILURE_REASONS = [
  'error',
  'exit_code',
  'signal',
  'out_of_memory',
  'launch',
  'start_timeout',
  'heartbeat',
  'limit',
  'gave_up',
  'died_unattended',
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** Who wants a service to run (again), and the record that says why. */
export interface PendingStart {
  readonly by: 'command' | 'transition';
  readonly trigger?: Trigger | undefined;
  readonly cause: number;
}

export interface ServiceSnapshot {
  readonly definition: TaskService;
  readonly status: ServiceStatus;
  /** Counts launches; 0 before the first. What is said of an earlier run is ignored. */
  readonly run: number;
  /** There is, or is about to be, a process of this run. A failed service can still be alive. */
  readonly isAlive: boolean;
  readonly pid: number | undefined;
  /** Names the code of this run; undefined where an earlier provider did not write it down. */
  readonly codeHash: string | undefined;
  /** The last action reported, or `defined`. */
  readonly lastAction: EventAction | 'defined';
  /** How this run ended, in the service's own last words; nobody else reports its end then. */
  readonly reportedEnd: 'stopped' | 'exited' | undefined;
  /** Stopped together with its whole transaction: this run fires no trigger any more. */
  readonly triggersSuppressed: boolean;
  /** To be launched again once the present run has ended. */
  readonly pendingStart: PendingStart | undefined;
  /** When transitions started this service again, in milliseconds since the epoch. */
  readonly restartsMs: readonly number[];
  readonly reason: FailureReason | undefined;
  readonly error: ErrorReport | undefined;
  readonly sinceMs: number;
  /** The record that led to where it stands. */
  readonly cause: number;
}

export interface TransactionSnapshot {
  readonly transaction: TransactionId;
  readonly services: ReadonlyMap<ServiceId, ServiceSnapshot>;
  /** How many records were made; the last one has this id. */
  readonly records: number;
  /** How often something has changed that context information tells; causes and records are not told there. */
  readonly changes: number;
}

export type ProviderEvent = { readonly atMs: number } & (
  | {
      readonly type: 'run_asked';
      readonly action: 'start' | 'restart';
      readonly services: readonly ServiceId[];
      readonly cause: string;
    }
  | {
      readonly type: 'stop_asked';
      readonly services: readonly ServiceId[];
      readonly isWhole: boolean;
      readonly cause: string;
    }
  | {
      readonly type: 'launched';
      readonly service: ServiceId;
      readonly run: number;
      readonly pid: number;
      readonly codeHash: string;
    }
  | {
      readonly type: 'launch_failed';
      readonly service: ServiceId;
      readonly run: number;
      readonly error: ErrorReport;
    }
  | {
      readonly type: 'reported';
      readonly service: ServiceId;
      readonly action: EventAction;
      readonly pid: number | undefined;
      readonly error: ErrorReport | undefined;
    }
  | ({ readonly type: 'ended'; readonly service: ServiceId; readonly run: number } & ProcessEnd)
  | {
      readonly type: 'recovered';
      readonly service: ServiceId;
      /** That the journal knows. */
      readonly run: number;
      readonly found: { readonly run: number; readonly pid: number } | undefined;
    }
  | { readonly type: 'heartbeat_lost'; readonly service: ServiceId; readonly run: number }
  | {
      readonly type: 'limit_exceeded';
      readonly service: ServiceId;
      readonly run: number;
      readonly excess: LimitBreach;
    }
  | { readonly type: 'start_timed_out'; readonly service: ServiceId; readonly run: number }
  | { readonly type: 'backoff_over'; readonly service: ServiceId; readonly run: number }
);

/** A limit of a service's supervision, and what was measured beyond it. */
export interface LimitBreach {
  readonly limit: Limit;
  readonly value: number;
}

/** What the supervisor must do; imperative, as data. */
export type Effect =
  | { readonly type: 'launch'; readonly service: ServiceId; readonly run: number }
  /** Climb the stop ladder; `atOnce` skips asking. */
  | { readonly type: 'stop'; readonly service: ServiceId; readonly run: number; readonly atOnce: boolean }
  /** Tell everyone what the service could not tell itself. */
  | {
      readonly type: 'report';
      readonly service: ServiceId;
      readonly action: EventAction;
      readonly status: ReportedStatus;
    }
  | {
      readonly type: 'time_start';
      readonly service: ServiceId;
      readonly run: number;
      readonly delayMs: number;
    }
  | {
      readonly type: 'time_backoff';
      readonly service: ServiceId;
      readonly run: number;
      readonly delayMs: number;
    }
  | { readonly type: 'refuse'; readonly service: ServiceId; readonly error: ErrorReport }
  | { readonly type: 'record'; readonly record: HistoryRecord };

export interface ReportedStatus {
  readonly reason?: FailureReason;
  readonly error?: ErrorReport;
  readonly exit_code?: number;
  readonly signal?: string;
  readonly killed?: readonly string[];
  /** Processes that could not be ended, as `pid (name)`. */
  readonly not_ended?: readonly string[];
  /** With reason limit: what was limited, what was measured, and how much of it is allowed for how long. */
  readonly metric?: string;
  readonly value?: number;
  readonly above?: number;
  readonly for_s?: number;
}

/** One link in the chain of causes. */
export interface HistoryRecord {
  readonly id: number;
  readonly atMs: number;
  readonly kind: 'command' | 'event' | 'transition' | 'effect';
  readonly service: ServiceId | undefined;
  readonly text: string;
  /** The id of the record that led to this one; 0 for none. */
  readonly cause: number;
}

/** How often it was launched again, by whomever; the limit of `max_restarts` is about `restartsMs`. */
export function countRestarts({ run }: ServiceSnapshot): number {
  return Math.max(0, run - 1);
}

export function createServiceSnapshot(definition: TaskService, atMs: number): ServiceSnapshot {
  return {
    definition,
    status: 'defined',
    run: 0,
    isAlive: false,
    pid: undefined,
    codeHash: undefined,
    lastAction: 'defined',
    reportedEnd: undefined,
    triggersSuppressed: false,
    pendingStart: undefined,
    restartsMs: [],
    reason: undefined,
    error: undefined,
    sinceMs: atMs,
    cause: 0,
  };
}

export function createTransactionSnapshot(
  transaction: TransactionId,
  definitions: readonly TaskService[],
  atMs: number,
): TransactionSnapshot {
  const services = new Map(definitions.map((each) => [each.id, createServiceSnapshot(each, atMs)]));
  return { transaction, services, records: 0, changes: 0 };
}
