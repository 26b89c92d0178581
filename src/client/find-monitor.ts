// Where a Monitor publishes: as said on the command line, in the context file, or as a provider knows.

import { ContextdError } from '../base/errors.js';
import type { BusEndpoints } from '../bus/connection.js';
import { parseTcpEndpoint, reachableEndpoint } from '../bus/endpoint.js';
import type { ContextConfiguration, TaskService } from '../model/context.js';
import { Client } from './client.js';

const INSTANCE = 'Monitor';

export interface MonitorHints {
  readonly endpoint?: string | undefined;
  readonly configuration?: ContextConfiguration | undefined;
  /** The provider to ask when nothing else tells; called only then. */
  readonly findProvider: () => Promise<BusEndpoints>;
}

/** Throws SVC_NO_MONITOR when there is none, CLI_USAGE when its address cannot be told. */
export async function findMonitor({ endpoint, configuration, findProvider }: MonitorHints): Promise<string> {
  if (endpoint !== undefined) return endpoint;
  const services = configuration?.TaskService ?? (await listServices(await findProvider()));
  const monitor = services.find(({ instance }) => instance === INSTANCE);
  if (monitor === undefined) {
    throw new ContextdError('SVC_NO_MONITOR', 'there is no Monitor among the services', {
      hint: 'add one to the context, or name the --endpoint where it publishes',
    });
  }
  const { service } = monitor.Task.message.content.configuration;
  const found = endpointOf(service);
  if (found !== undefined && parseTcpEndpoint(found)?.port !== '*') return reachableEndpoint(found);
  throw new ContextdError('CLI_USAGE', `it is not known where ${monitor.id} publishes`, {
    hint: 'name the --endpoint that it says in its log, or on the bus when it starts',
  });
}

async function listServices(provider: BusEndpoints): Promise<readonly TaskService[]> {
  const client = await Client.connect(provider);
  try {
    const infos = (await client.request()) as Record<string, { tasks: readonly { task: TaskService }[] }>;
    return Object.values(infos).flatMap(({ tasks }) => tasks.map(({ task }) => task));
  } finally {
    await client.close();
  }
}

function endpointOf(service: unknown): string | undefined {
  const found: unknown =
    typeof service === 'object' && service !== null ? Reflect.get(service, 'endpoint') : undefined;
  return typeof found === 'string' ? found : undefined;
}
