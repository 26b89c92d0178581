// `top` with a service: the task service Monitor is added to a transaction, so that it publishes the figures.

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

/** Those who ask at the same time come one after the other, each transaction for itself. */
const asking = new WeakMap<Transaction, Promise<void>>();

export interface EnsureMonitorRequest extends TopRequest {
  readonly service: FiguresService;
}

/**
 * Resolves when the Monitor of the transaction is started with these values; one that is already is left
 * alone. Throws SVC_ID_TAKEN, and what kept the Monitor from starting.
 */
export async function ensureMonitor(
  ports: CommandPorts,
  transaction: Transaction,
  { request, cause }: { readonly request: EnsureMonitorRequest; readonly cause: string },
): Promise<void> {
  const before = asking.get(transaction) ?? Promise.resolve();
  const turn = before.then(() => serve(ports, transaction, { request, cause }));
  // The next one need not know how this one ended.
  asking.set(
    transaction,
    turn.catch(() => undefined),
  );
  await turn;
}

async function serve(
  ports: CommandPorts,
  transaction: Transaction,
  { request, cause }: { readonly request: EnsureMonitorRequest; readonly cause: string },
): Promise<void> {
  const known = [...transaction.snapshot.services.values()].find(
    ({ definition }) => definition.id === MONITOR_ID,
  );
  const wanted = composeMonitor(request, known);
  if (known?.status === 'started' && isDeepStrictEqual(known.definition, wanted)) return;
  const { supervisor, clock } = ports;
  defineServices(transaction, { ...transaction.configuration, TaskService: [wanted] }, clock.now());
  persistForLaunch(ports, transaction);
  const asked = { type: 'run_requested', action: 'restart', services: [wanted.id] } as const;
  const { settled } = supervisor.request(transaction, {
    ...asked,
    atMs: clock.now(),
    cause: `top, ${cause}`,
  });
  const failed = (await settled).find(isFailure);
  await ports.persist();
  if (failed?.error !== undefined) throw reviveError(failed.error);
}

/** As it would stand in a context file; what another one has set besides is kept. */
function composeMonitor(request: EnsureMonitorRequest, known: ServiceSnapshot | undefined): TaskService {
  const { service, open_connections, opened_files, memory_maps } = request;
  if (known !== undefined && known.definition.instance !== MONITOR) {
    throw new ContextdError(
      'SVC_ID_TAKEN',
      `the service "${MONITOR_ID}" of this transaction is a ${known.definition.instance}, not a ${MONITOR}`,
      { hint: 'give that one another id in its context file' },
    );
  }
  const definition = structuredClone(known?.definition ?? plainMonitor());
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

function plainMonitor(): TaskService {
  return taskServiceSchema.parse({
    id: MONITOR_ID,
    instance: MONITOR,
    Task: {
      description: 'Publishes what every service costs',
      message: { header: { service_name: MONITOR_ID }, content: { configuration: { device_action: 'top' } } },
      state: { type: 'on_start' },
    },
  });
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
