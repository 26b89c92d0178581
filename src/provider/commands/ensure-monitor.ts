// Starts the task service Monitor of a transaction, which publishes the samples that `top` with a service requests.

import { isDeepStrictEqual } from 'node:util';
import { ContextdError, reviveError } from '../../base/errors.js';
import { taskServiceSchema, type TaskService } from '../../model/context.js';
import type { FiguresService, TopRequest } from '../../messages/top-request.js';
import { isFailure } from '../../supervision/completion.js';
import type { ServiceSnapshot } from '../../supervision/snapshot.js';
import { defineServices, type Transaction } from '../../supervision/transaction.js';
import { persistForLaunch, type CommandPorts } from './command-context.js';

const MONITOR_ID = 'monitor';
const MONITOR = 'Monitor';

export interface EnsureMonitorRequest extends TopRequest {
  readonly service: FiguresService;
}

/**
 * Resolves when the Monitor of the transaction is started with the requested values; does nothing when it is already.
 * `cause` is the message id of the query. Throws CTX_ENDING, SVC_ID_TAKEN, and the error of a Monitor that does not start.
 */
export type EnsureMonitor = (
  transaction: Transaction,
  request: EnsureMonitorRequest,
  cause: string,
) => Promise<void>;

/** Requests for one transaction are handled one after the other. */
export function createEnsureMonitor(ports: CommandPorts): EnsureMonitor {
  return (transaction, request, cause) =>
    ports.queue.run(`${MONITOR} ${transaction.id}`, () =>
      startMonitor(ports, transaction, { request, cause }),
    );
}

async function startMonitor(
  ports: CommandPorts,
  transaction: Transaction,
  { request, cause }: { readonly request: EnsureMonitorRequest; readonly cause: string },
): Promise<void> {
  ports.checkOpen();
  const known = [...transaction.snapshot.services.values()].find(
    ({ definition }) => definition.id === MONITOR_ID,
  );
  const wanted = composeMonitor(request, known);
  if (known?.status === 'started' && isDeepStrictEqual(known.definition, wanted)) return;
  const { supervisor, clock } = ports;
  defineServices(transaction, { ...transaction.configuration, TaskService: [wanted] }, clock.now());
  persistForLaunch(ports, transaction);
  const event = { type: 'run_requested', action: 'restart', services: [wanted.id] } as const;
  const results = await supervisor.request(transaction, { ...event, cause: `top, ${cause}` });
  const failed = results.find(isFailure);
  await ports.persist();
  if (failed?.error !== undefined) throw reviveError(failed.error);
}

/** Returns the definition as a context file would have it. Other settings of a known Monitor are kept. */
function composeMonitor(request: EnsureMonitorRequest, known: ServiceSnapshot | undefined): TaskService {
  const { service, open_connections, opened_files, memory_maps } = request;
  if (known !== undefined && known.definition.instance !== MONITOR) {
    throw new ContextdError(
      'SVC_ID_TAKEN',
      `the service "${MONITOR_ID}" of this transaction is a ${known.definition.instance}, not a ${MONITOR}`,
      { hint: 'give that one another id in its context file' },
    );
  }
  const definition = structuredClone(known?.definition ?? defaultMonitor());
  const { configuration } = definition.Task.message.content;
  configuration.service = {
    ...asObject(configuration.service),
    type: 'pub',
    endpoint: service.endpoint,
    frequency_s: String(service.frequency_s),
  };
  configuration.monitor_options = {
    ...asObject(configuration.monitor_options),
    opened_files: String(opened_files),
    open_connections: String(open_connections),
    memory_maps: String(memory_maps),
  };
  return definition;
}

function defaultMonitor(): TaskService {
  return taskServiceSchema.parse({
    id: MONITOR_ID,
    instance: MONITOR,
    Task: {
      description: 'Publishes the resource use of every service',
      message: { header: { service_name: MONITOR_ID }, content: { configuration: { device_action: 'top' } } },
      state: { type: 'on_start' },
    },
  });
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
