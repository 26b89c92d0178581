// The state of one transaction: its configuration, snapshot, pending completions, liveness and history.

import type { ServiceId, TransactionId } from '../base/ids.js';
import { supervisionOf, type ContextConfiguration, type TaskService } from '../model/context.js';
import type { HistoryRecord } from '../messages/history.js';
import type { LaunchedService } from '../launcher/launcher.js';
import type { Target } from '../sampler/sample.js';
import { isSameRun, type RunIdentity } from '../messages/run-identity.js';
import { Completion } from './completion.js';
import {
  createServiceSnapshot,
  createTransactionSnapshot,
  type ServiceSnapshot,
  type TransactionSnapshot,
} from './snapshot.js';
import { Liveness } from './liveness.js';

/** The maximum number of history records of a transaction. */
const HISTORY_LIMIT = 10_000;

export interface Transaction {
  readonly id: TransactionId;
  readonly completion: Completion;
  readonly history: HistoryRecord[];
  readonly liveness: Map<ServiceId, Liveness>;
  readonly runs: Map<ServiceId, LiveRun>;
  /** Programs that report themselves: the run that has confirmed its start command; see original-protocol.ts. */
  readonly acknowledgedRuns: Map<ServiceId, number>;
  /** Events of ended runs that never arrived. */
  missedEarlier: number;
  /** When this provider created the transaction or took it over. */
  sinceMs: number;
  configuration: ContextConfiguration;
  snapshot: TransactionSnapshot;
  /** Resolves when the journal holds the latest definitions. Nothing may be launched before. */
  journaled: Promise<void>;
}

/** A run between its launch and its end. */
export interface LiveRun {
  readonly run: number;
  process: LaunchedService | undefined;
  /** A stop that arrived during the launch. */
  stop: { readonly atOnce: boolean } | undefined;
  releasePermit: () => void;
}

export function createTransaction(
  id: TransactionId,
  configuration: ContextConfiguration,
  atMs: number,
): Transaction {
  return {
    id,
    configuration,
    completion: new Completion(),
    history: [],
    liveness: new Map(),
    runs: new Map(),
    acknowledgedRuns: new Map(),
    missedEarlier: 0,
    sinceMs: atMs,
    snapshot: createTransactionSnapshot(id, configuration.TaskService, atMs),
    journaled: Promise.resolve(),
  };
}

/**
 * Adds new services and replaces the definitions of the others. The caller must omit running services that
 * are not about to be relaunched.
 */
export function defineServices(
  transaction: Transaction,
  configuration: ContextConfiguration,
  atMs: number,
): void {
  // Most commands change nothing; a new object would be journaled with all its services.
  if (isUnchanged(transaction, configuration)) return;
  const services = new Map(transaction.snapshot.services);
  for (const definition of configuration.TaskService) {
    const known = services.get(definition.id);
    services.set(
      definition.id,
      known === undefined ? createServiceSnapshot(definition, atMs) : { ...known, definition },
    );
  }
  const definitions = [...services.values()].map((each) => each.definition);
  transaction.configuration = { ...configuration, TaskService: definitions };
  transaction.snapshot = { ...transaction.snapshot, services };
}

function isUnchanged(transaction: Transaction, configuration: ContextConfiguration): boolean {
  const { services } = transaction.snapshot;
  const { TaskService, ...rest } = configuration;
  return (
    Object.keys(configuration).length === Object.keys(transaction.configuration).length &&
    TaskService.every((definition) => services.get(definition.id)?.definition === definition) &&
    Object.entries(rest).every(([key, value]) =>
      Object.is(Reflect.get(transaction.configuration, key), value),
    )
  );
}

/**
 * Removes services from the context in two steps. `transitions`: their remaining events trigger nothing.
 * `services`: removes those without a process.
 */
export function removeServices(
  transaction: Transaction,
  ids: readonly ServiceId[],
  part: 'transitions' | 'services',
): void {
  const services = new Map(transaction.snapshot.services);
  for (const id of ids) {
    const service = services.get(id);
    if (service === undefined) continue;
    if (part === 'transitions')
      services.set(id, { ...service, definition: withoutTransitions(service.definition) });
    else if (!service.isAlive) services.delete(id);
  }
  transaction.snapshot = { ...transaction.snapshot, services };
  const definitions = [...services.values()].map((each) => each.definition);
  transaction.configuration = { ...transaction.configuration, TaskService: definitions };
}

function withoutTransitions(service: TaskService): TaskService {
  const { state } = service.Task;
  const none = { action: '', call: '' } as const;
  const inert = { ...state, on_start: none, on_update: none, on_fail: none, on_exit: none };
  return { ...service, Task: { ...service.Task, state: inert } };
}

/** The service with this id; undefined also for a text that is not an id. */
export function serviceOf({ snapshot }: Transaction, id: string): ServiceSnapshot | undefined {
  return snapshot.services.get(id as ServiceId);
}

export function definitionOf(transaction: Transaction, id: ServiceId): TaskService {
  const service = serviceOf(transaction, id);
  if (service === undefined) throw new Error(`service ${id} has vanished from ${transaction.id}`);
  return service.definition;
}

/** The number of the present run if a message of `seen` is of it; undefined for a message of an earlier run. */
export function presentRun(transaction: Transaction, id: ServiceId, seen: RunIdentity): number | undefined {
  const service = transaction.snapshot.services.get(id);
  return service !== undefined && isSameRun(service, seen) ? service.run : undefined;
}

/** The liveness of the present run, whose messages have this sender. Events are numbered by sender. */
export function livenessOf(transaction: Transaction, id: ServiceId, sender: string | undefined): Liveness {
  const known = transaction.liveness.get(id);
  if (known?.isFrom(sender) === true) return known;
  const liveness = new Liveness(sender);
  transaction.missedEarlier += known?.missedEvents ?? 0;
  transaction.liveness.set(id, liveness);
  return liveness;
}

/** Started services whose heartbeat is overdue. `monotonicMs` is the time of the monotonic clock. */
export function servicesWithOverdueHeartbeat(
  transaction: Transaction,
  { nowMs, monotonicMs }: { readonly nowMs: number; readonly monotonicMs: number },
): readonly { readonly service: ServiceId; readonly run: number }[] {
  return [...transaction.snapshot.services.values()]
    .filter((service) => {
      const limitMs = supervisionOf(service.definition).heartbeat_limit_s * 1000;
      const knownMs = nowMs - Math.max(service.sinceMs, transaction.sinceMs);
      const silentMs = transaction.liveness.get(service.definition.id)?.silenceMs(monotonicMs) ?? knownMs;
      return service.status === 'started' && limitMs > 0 && silentMs > limitMs;
    })
    .map(({ definition, run }) => ({ service: definition.id, run }));
}

/** Shifts times after the machine's clock was set, so that durations stay right. */
export function shiftTimes(transaction: Transaction, byMs: number): void {
  const { snapshot } = transaction;
  const services = [...snapshot.services].map(([id, service]) => {
    const restartsMs = service.restartsMs.map((each) => each + byMs);
    return [id, { ...service, sinceMs: service.sinceMs + byMs, restartsMs }] as const;
  });
  transaction.snapshot = { ...snapshot, services: new Map(services) };
  transaction.sinceMs += byMs;
}

/** Whether the service has a process or is about to get one. */
export function hasProcess(transaction: Transaction, id: ServiceId): boolean {
  const service = serviceOf(transaction, id);
  return service !== undefined && (service.isAlive || service.status === 'backoff');
}

export function isStopped(transaction: Transaction): boolean {
  return ![...transaction.snapshot.services.keys()].some((id) => hasProcess(transaction, id));
}

/** Returns the thread of a thread service, the process of any other; undefined without a process. */
export function targetOf(
  { liveness }: Transaction,
  { definition, isAlive, pid }: ServiceSnapshot,
): Target | undefined {
  if (!isAlive || pid === undefined) return undefined;
  const tid = definition.serviceType === 'Thread' ? liveness.get(definition.id)?.tid : undefined;
  return tid === undefined ? { pid } : { pid, tid };
}

export function addHistory(transaction: Transaction, record: HistoryRecord): void {
  transaction.history.push(record);
  if (transaction.history.length > HISTORY_LIMIT) transaction.history.shift();
}

export function serviceIds(services: readonly TaskService[]): readonly ServiceId[] {
  return services.map((each) => each.id);
}
