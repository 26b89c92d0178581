// Where a Monitor publishes: as said on the command line, in the context file, or as a provider knows.

import { ContextdError } from '../base/errors.js';
import { parseTcpEndpoint, reachableEndpoint } from '../bus/endpoint.js';
import type { ContextConfiguration, TaskService } from '../model/context.js';
import type { ClientSecurity } from '../bus/security.js';
import { transactionInfoSchema, type TransactionInfo } from '../messages/context-info.js';
import { Client } from './client.js';
import type { FoundProvider } from './find-provider.js';
import { MONITOR_INSTANCE } from './monitor-key.js';

export interface MonitorHints {
  readonly endpoint?: string | undefined;
  readonly configuration?: ContextConfiguration | undefined;
  /** The provider to ask when nothing else tells, or when the Monitor's key is wanted; called only then. */
  readonly findProvider: () => Promise<FoundProvider>;
  /** Who we are towards that provider; undefined if it is not secured. */
  readonly identify: (found: FoundProvider) => ClientSecurity | undefined;
  /** The provider is known to be secured, and so is its Monitor: only it can tell the Monitor's key. */
  readonly isSecured: boolean;
}

export interface FoundMonitor {
  readonly endpoint: string;
  /** How to connect there; undefined where the provider is not secured. */
  readonly security: ClientSecurity | undefined;
}

interface Listed {
  readonly services: readonly MonitorService[];
  readonly security: ClientSecurity | undefined;
}

interface MonitorService extends TaskService {
  readonly key?: string | undefined;
}

/** Throws SVC_NO_MONITOR when there is none, CLI_USAGE when its address cannot be told. */
export async function findMonitor(hints: MonitorHints): Promise<FoundMonitor> {
  const { endpoint, configuration, isSecured } = hints;
  if (endpoint !== undefined && !isSecured) return { endpoint, security: undefined };
  const { services, security } =
    configuration === undefined || isSecured
      ? await listServices(hints)
      : { services: configuration.TaskService as readonly MonitorService[], security: undefined };
  const monitor = services.find(({ instance }) => instance === MONITOR_INSTANCE);
  if (monitor === undefined || (security !== undefined && monitor.key === undefined)) throw noneError();
  return { endpoint: endpoint ?? addressOf(monitor), security: securityWith(monitor.key, security) };
}

function securityWith(
  key: string | undefined,
  security: ClientSecurity | undefined,
): ClientSecurity | undefined {
  return security === undefined || key === undefined ? undefined : { keys: security.keys, serverKey: key };
}

function noneError(): ContextdError {
  return new ContextdError('SVC_NO_MONITOR', 'there is no Monitor among the services', {
    hint: 'add one to the context, or name the --endpoint where it publishes',
  });
}

function addressOf(monitor: TaskService): string {
  const { service } = monitor.Task.message.content.configuration;
  const found = endpointOf(service);
  if (found !== undefined && parseTcpEndpoint(found)?.port !== '*') return reachableEndpoint(found);
  throw new ContextdError('CLI_USAGE', `it is not known where ${monitor.id} publishes`, {
    hint: `name it with --endpoint; 'conf_command --action=logs --task_id=${monitor.id}' tells it`,
  });
}

async function listServices({ findProvider, identify }: MonitorHints): Promise<Listed> {
  const provider = await findProvider();
  const security = identify(provider);
  const client = await Client.connect(provider, { security });
  try {
    const infos = Object.values((await client.request()) as Readonly<Record<string, TransactionInfo>>);
    const tasks = infos.flatMap((info) => transactionInfoSchema.parse(info).tasks);
    return { services: tasks.map(({ task, key }) => ({ ...(task as TaskService), key })), security };
  } finally {
    await client.close();
  }
}

function endpointOf(service: unknown): string | undefined {
  const found: unknown =
    typeof service === 'object' && service !== null ? Reflect.get(service, 'endpoint') : undefined;
  return typeof found === 'string' ? found : undefined;
}
