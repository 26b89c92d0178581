// One transaction as the provider keeps it: its context, its snapshot, what waits on it, its past.

import type { ServiceId, TransactionId } from '../base/ids.js';
import { supervisionOf, type ContextConfiguration, type TaskService } from '../model/context.js';
import type { TaskInfo, TransactionInfo } from '../messages/context-info.js';
import { Completion } from './completion.js';
import {
  countRestarts,
  createServiceSnapshot,
  createTransactionSnapshot,
  type HistoryRecord,
  type ServiceSnapshot,
  type TransactionSnapshot,
} from './snapshot.js';
import { Liveness } from './liveness.js';

/** How many records of a transaction are kept. */
const HISTORY_LIMIT = 10_000;

export interface Transaction {
  readonly id: TransactionId;
  readonly settlement: Completion;
  readonly history: HistoryRecord[];
  readonly vitals: Map<ServiceId, Liveness>;
  /** Of programs that speak for themselves: the run of which something has been heard; see originals.ts. */
  readonly obeying: Map<ServiceId, number>;
  /** Events that never arrived, of runs that are over. */
  missedEarlier: number;
  /** When this provider made it, or took it over. */
  sinceMs: number;
  configuration: ContextConfiguration;
  snapshot: TransactionSnapshot;
  /** Resolves when the journal knows what was last defined in it; nothing is launched before. */
  known: Promise<void>;
}

export function createTransaction(
  id: TransactionId,
  configuration: ContextConfiguration,
  atMs: number,
): Transaction {
  return {
    id,
    configuration,
    settlement: new Completion(),
    history: [],
    vitals: new Map(),
    obeying: new Map(),
    missedEarlier: 0,
    sinceMs: atMs,
    snapshot: createTransactionSnapshot(id, configuration.TaskService, atMs),
    known: Promise.resolve(),
  };
}

/**
 * Adds the services of `configuration` that are new, and takes over what it says of all others. Whoever
 * calls this leaves out running services that are not about to be launched again.
 */
export function defineServices(
  transaction: Transaction,
  configuration: ContextConfiguration,
  atMs: number,
): void {
  // Most commands say nothing new, and what is another value is written down with all its services.
  if (isDefined(transaction, configuration)) return;
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

function isDefined(transaction: Transaction, configuration: ContextConfiguration): boolean {
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
 * Takes services out of the context. `transitions` comes first: they are still there, and end, but what
 * happens to them drives nobody. `services` follows when they have no process any more.
 */
export function forgetServices(
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
  const silent = { ...state, on_start: none, on_update: none, on_fail: none, on_exit: none };
  return { ...service, Task: { ...service.Task, state: silent } };
}

export function definitionOf(transaction: Transaction, id: ServiceId): TaskService {
  const service = transaction.snapshot.services.get(id);
  if (service === undefined) throw new Error(`service ${id} has vanished from ${transaction.id}`);
  return service.definition;
}

/** Of the run that this sender is; a new sender is a new run. */
export function vitalsOf(transaction: Transaction, id: ServiceId, sender: string | undefined): Liveness {
  const known = transaction.vitals.get(id);
  if (known?.isOf(sender) === true) return known;
  const vitals = new Liveness(sender);
  transaction.missedEarlier += known?.missedEvents ?? 0;
  transaction.vitals.set(id, vitals);
  return vitals;
}

/** Started services without a sign of life for longer than their XML allows; `heardMs` is by the monotonic clock. */
export function silentServices(
  transaction: Transaction,
  { nowMs, heardMs }: { readonly nowMs: number; readonly heardMs: number },
): readonly { readonly service: ServiceId; readonly run: number }[] {
  return [...transaction.snapshot.services.values()]
    .filter((service) => {
      const limitMs = supervisionOf(service.definition).heartbeat_limit_s * 1000;
      const knownMs = nowMs - Math.max(service.sinceMs, transaction.sinceMs);
      const silentMs = transaction.vitals.get(service.definition.id)?.silentMs(heardMs) ?? knownMs;
      return service.status === 'started' && limitMs > 0 && silentMs > limitMs;
    })
    .map(({ definition, run }) => ({ service: definition.id, run }));
}

/** The machine's clock was set: what was noted by it, and says how long something lasts, moves along. */
export function moveTimes(transaction: Transaction, byMs: number): void {
  const { snapshot } = transaction;
  const services = [...snapshot.services].map(([id, service]) => {
    const restartsMs = service.restartsMs.map((each) => each + byMs);
    return [id, { ...service, sinceMs: service.sinceMs + byMs, restartsMs }] as const;
  });
  transaction.snapshot = { ...snapshot, services: new Map(services) };
  transaction.sinceMs += byMs;
}

/** Something of the service is there, or is about to be. */
export function hasProcess(transaction: Transaction, id: ServiceId): boolean {
  const service = transaction.snapshot.services.get(id);
  return service !== undefined && (service.isAlive || service.status === 'backoff');
}

export function addHistory(transaction: Transaction, record: HistoryRecord): void {
  transaction.history.push(record);
  if (transaction.history.length > HISTORY_LIMIT) transaction.history.shift();
}

export function serviceIds(services: readonly TaskService[]): readonly ServiceId[] {
  return services.map((each) => each.id);
}

/** The context information of protocol.md, as published after every change. */
export function describeTransaction(transaction: Transaction): TransactionInfo {
  const { ContextID, TaskLogName, FrontEndEndpoint, BackendEndpoint, FrontBind, BackendBind } =
    transaction.configuration;
  return {
    contextId: ContextID,
    contextName: 'context',
    contextLogName: TaskLogName,
    configuration: { FrontEndEndpoint, BackendEndpoint, FrontBind, BackendBind },
    tasks: [...transaction.snapshot.services.values()].map((service) => ({
      ...describeTask(transaction, service),
      ...describeVitals(transaction.vitals.get(service.definition.id)),
    })),
  };
}

function describeTask({ id, vitals }: Transaction, service: ServiceSnapshot): TaskInfo {
  const { definition, pid, lastAction, status, run, sinceMs, reason, error } = service;
  const tid = vitals.get(definition.id)?.tid;
  return {
    service_id: definition.id,
    pid: pid ?? null,
    ...(pid === undefined || tid === undefined ? {} : { tid }),
    action: lastAction,
    state: describeState(service),
    serviceName: definition.Task.message.header.service_name,
    instance: definition.instance,
    task: withHeader(definition, id),
    status,
    run,
    restarts: countRestarts(service),
    since: new Date(sinceMs).toISOString(),
    ...(reason === undefined ? {} : { reason }),
    ...(error === undefined ? {} : { error }),
  };
}

/** As the service itself is told it. */
function withHeader(service: TaskService, transaction: TransactionId): TaskService {
  const { message } = service.Task;
  const header = { ...message.header, service_id: service.id, transaction };
  return { ...service, Task: { ...service.Task, message: { ...message, header } } };
}

function describeVitals(vitals: Liveness | undefined): Readonly<Record<string, number>> {
  if (vitals === undefined) return {};
  const { lagMs, missedEvents, logLoss } = vitals;
  return { event_loop_lag_ms: lagMs, missed_events: missedEvents, log_lines_lost: logLoss?.lines ?? 0 };
}

function describeState(service: ServiceSnapshot): TaskInfo['state'] {
  switch (service.status) {
    case 'starting':
    case 'stopping':
    case 'backoff':
      return 'in_progress';
    case 'failed':
      return 'failed';
    case 'defined':
    case 'started':
    case 'stopped':
    case 'exited':
      return 'success';
  }
}
