// The types of supervision: immutable snapshots of a transaction, the events that change them, and the effects.

import type { ErrorReport } from '../base/errors.js';
import type { ServiceId, TransactionId } from '../base/ids.js';
import type { HistoryRecord } from '../messages/history.js';
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

/** A start that waits for the end of the present run. `cause` is the record that led to it. */
export interface PendingStart {
  /** `policy`: by the <restart> of its supervision. */
  readonly by: 'command' | 'transition' | 'policy';
  readonly trigger?: Trigger | undefined;
  readonly cause: number;
}

export interface ServiceSnapshot {
  readonly definition: TaskService;
  readonly status: ServiceStatus;
  /** Number of launches; 0 before the first. Events of earlier runs are ignored. */
  readonly run: number;
  /** Whether this run has a process or is being launched. A failed service can still be alive. */
  readonly isAlive: boolean;
  readonly pid: number | undefined;
  /** Identifies the run in messages: see publishedToken. Undefined before its launch. */
  readonly runToken: string | undefined;
  /** Hash of the code of this run; undefined when an earlier provider did not record it. */
  readonly codeHash: string | undefined;
  /** The last action reported, or `defined`. */
  readonly lastAction: EventAction | 'defined';
  /** The end that the service itself has reported. The provider does not report it again. */
  readonly reportedEnd: 'stopped' | 'exited' | undefined;
  /** Stopped together with its whole transaction: this run fires no triggers any more. */
  readonly triggersSuppressed: boolean;
  /** A launch that follows when the present run has ended. */
  readonly pendingStart: PendingStart | undefined;
  /** When transitions or the restart policy started this service again, in milliseconds since the epoch. */
  readonly restartsMs: readonly number[];
  readonly reason: FailureReason | undefined;
  readonly error: ErrorReport | undefined;
  readonly sinceMs: number;
  /** The record that led to the present state. */
  readonly cause: number;
}

export interface TransactionSnapshot {
  readonly transaction: TransactionId;
  readonly services: ReadonlyMap<ServiceId, ServiceSnapshot>;
  /** Number of records so far, which is the id of the last one. */
  readonly records: number;
  /** Number of changes that are visible in the context information: all but causes and records. */
  readonly changes: number;
}

/** What happens to a transaction; the supervisor adds the time. */
export type EventBody =
  | {
      readonly type: 'run_requested';
      readonly action: 'start' | 'restart';
      readonly services: readonly ServiceId[];
      readonly cause: string;
    }
  | {
      readonly type: 'stop_requested';
      readonly services: readonly ServiceId[];
      readonly isWholeTransaction: boolean;
      readonly cause: string;
    }
  | {
      readonly type: 'launched';
      readonly service: ServiceId;
      readonly run: number;
      readonly pid: number;
      readonly runToken: string;
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
      readonly run: number;
      readonly action: EventAction;
      readonly error: ErrorReport | undefined;
    }
  | ({ readonly type: 'ended'; readonly service: ServiceId; readonly run: number } & ProcessEnd)
  | {
      readonly type: 'recovered';
      readonly service: ServiceId;
      /** The run in the journal. */
      readonly run: number;
      readonly found: FoundProcess | undefined;
    }
  | { readonly type: 'heartbeat_lost'; readonly service: ServiceId; readonly run: number }
  | {
      readonly type: 'limit_exceeded';
      readonly service: ServiceId;
      readonly run: number;
      readonly breach: LimitBreach;
    }
  | { readonly type: 'start_timed_out'; readonly service: ServiceId; readonly run: number }
  | { readonly type: 'backoff_over'; readonly service: ServiceId; readonly run: number };

export type ProviderEvent = EventBody & { readonly atMs: number };

/** The event of a command. */
export type CommandEvent = Extract<EventBody, { type: 'run_requested' | 'stop_requested' }>;

/** The process of a run that an earlier provider has launched. */
export interface FoundProcess {
  readonly run: number;
  readonly pid: number;
  readonly runToken: string;
}

/** A limit of a service's supervision, and what was measured beyond it. */
export interface LimitBreach {
  readonly limit: Limit;
  readonly value: number;
}

/** What the supervisor must do. */
export type Effect =
  | { readonly type: 'launch'; readonly service: ServiceId; readonly run: number }
  /** Stop request, SIGTERM, SIGKILL; `atOnce` sends SIGKILL only. */
  | { readonly type: 'stop'; readonly service: ServiceId; readonly run: number; readonly atOnce: boolean }
  /** Publish an event that the service cannot report itself. */
  | {
      readonly type: 'report';
      readonly service: ServiceId;
      readonly action: EventAction;
      readonly status: ReportedStatus;
      /** Of the run that the event is about; a launch may follow in the same step. */
      readonly runToken: string | undefined;
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
  /** With reason `limit`: the metric, the measured value, the allowed value and for how long it may be exceeded. */
  readonly metric?: string;
  readonly value?: number;
  readonly above?: number;
  readonly for_s?: number;
}

/** Number of launches after the first, by command or transition. `max_restarts` counts `restartsMs` instead. */
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
    runToken: undefined,
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
