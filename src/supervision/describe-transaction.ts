// The context information of a transaction, which is published after every change.

import type { TransactionId } from '../base/ids.js';
import type { TaskInfo, TransactionInfo } from '../messages/context-info.js';
import type { TaskService } from '../model/context.js';
import type { Liveness } from './liveness.js';
import { countRestarts, type ServiceSnapshot } from './snapshot.js';
import type { Transaction } from './transaction.js';

/** See docs/messages.md. */
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
      ...describeLiveness(transaction.liveness.get(service.definition.id)),
    })),
  };
}

function describeTask({ id, liveness }: Transaction, service: ServiceSnapshot): TaskInfo {
  const { definition, pid, lastAction, status, run, runToken, sinceMs, reason, error } = service;
  const tid = liveness.get(definition.id)?.tid;
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
    ...(runToken === undefined ? {} : { run_token: runToken }),
    restarts: countRestarts(service),
    since: new Date(sinceMs).toISOString(),
    ...(reason === undefined ? {} : { reason }),
    ...(error === undefined ? {} : { error }),
  };
}

/** Adds the header fields that the service itself receives. */
function withHeader(service: TaskService, transaction: TransactionId): TaskService {
  const { message } = service.Task;
  const header = { ...message.header, service_id: service.id, transaction };
  return { ...service, Task: { ...service.Task, message: { ...message, header } } };
}

function describeLiveness(liveness: Liveness | undefined): Readonly<Record<string, number>> {
  if (liveness === undefined) return {};
  const { lagMs, missedEvents, logLoss } = liveness;
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
