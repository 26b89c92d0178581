// Finds the address where a Monitor publishes: on the command line, in the context file, or from the provider.

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
  /** Called only when neither endpoint nor configuration is given, or when the Monitor's key is needed. */
  readonly findProvider: () => Promise<FoundProvider>;
  /** Our keys for that provider; undefined if it is not secured. */
  readonly identify: (found: FoundProvider) => ClientSecurity | undefined;
  /** True when the provider is known to be secured: its Monitor is too, and only the provider knows the Monitor's key. */
  readonly isSecured: boolean;
}

export interface FoundMonitor {
  readonly endpoint: string;
  /** Undefined where the provider is not secured. */
  readonly security: ClientSecurity | undefined;
}

interface Services {
  readonly services: readonly MonitorService[];
  readonly security: ClientSecurity | undefined;
}

interface MonitorService extends TaskService {
  readonly key?: string | undefined;
}

/** Throws SVC_NO_MONITOR when the context has no Monitor, and CLI_USAGE when its address is unknown. */
export async function findMonitor(hints: MonitorHints): Promise<FoundMonitor> {
  const { endpoint, configuration, isSecured } = hints;
  if (endpoint !== undefined && !isSecured) return { endpoint, security: undefined };
  const { services, security } =
    configuration === undefined || isSecured
      ? await listServices(hints)
      : { services: configuration.TaskService as readonly MonitorService[], security: undefined };
  const monitor = services.find(({ instance }) => instance === MONITOR_INSTANCE);
  if (monitor === undefined || (security !== undefined && monitor.key === undefined)) throw notFoundError();
  return { endpoint: endpoint ?? addressOf(monitor), security: securityWith(monitor.key, security) };
}

function securityWith(
  key: string | undefined,
  security: ClientSecurity | undefined,
): ClientSecurity | undefined {
  return security === undefined || key === undefined ? undefined : { keys: security.keys, serverKey: key };
}

function notFoundError(): ContextdError {
  return new ContextdError('SVC_NO_MONITOR', 'there is no Monitor among the services', {
    hint: 'add one to the context, or pass the --endpoint where it publishes',
  });
}

function addressOf(monitor: TaskService): string {
  const { service } = monitor.Task.message.content.configuration;
  const found = endpointOf(service);
  if (found !== undefined && parseTcpEndpoint(found)?.port !== '*') return reachableEndpoint(found);
  throw new ContextdError('CLI_USAGE', `the address where ${monitor.id} publishes is unknown`, {
    hint: `pass it with --endpoint; 'conf_command --action=logs --task_id=${monitor.id}' shows it`,
  });
}

async function listServices({ findProvider, identify }: MonitorHints): Promise<Services> {
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
