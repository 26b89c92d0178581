// Composes the bootstrap and the commands that a provider sends to a task.

import { createUniqueId, ID_RULE, parseServiceId, parseTransactionId } from '../base/ids.js';
import type { Envelope } from '../bus/envelope.js';
import type { RunBootstrap } from '../messages/host-bootstrap.js';
import { composeProcessCommand } from '../messages/process-command.js';
import { routedTopic } from '../messages/topics.js';
import { DEFAULT_CONTEXT_ID, supervisionSchema } from '../model/context.js';
import type { ServiceDefinition } from '../task/service.js';
import type { TaskIdentity } from '../task/task.js';
import { composeService } from './service-sketch.js';

export interface Order {
  readonly action: 'start' | 'stop' | 'acknowledge';
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly acknowledges?: number;
}

/** The default of a context file. */
const STOP_TIMEOUT_MS = supervisionSchema.parse({}).stop_timeout_s * 1000;

export function composeBootstrap(service: ServiceDefinition, identity: Partial<TaskIdentity>): RunBootstrap {
  return {
    serviceType: 'Process',
    transaction: checked(parseTransactionId, identity.transaction ?? 'TEST'),
    serviceId: checked(parseServiceId, identity.serviceId ?? 'ts_1'),
    serviceName: identity.serviceName ?? service.serviceNames[0] ?? 'test',
    contextId: identity.contextId ?? DEFAULT_CONTEXT_ID,
    instance: identity.instance ?? 'Test',
    deviceAction: '',
    // Unused: the code is passed to the task runner.
    module: '',
    heartbeatMs: 0,
    orphanGraceMs: 0,
    stopTimeoutMs: STOP_TIMEOUT_MS,
    log: { path: '', out: '', maxBytes: 0, files: 0 },
  };
}

export function composeOrder(
  { action, configuration = {}, acknowledges }: Order,
  host: RunBootstrap,
): Envelope {
  const { serviceId: id, instance, serviceName, transaction } = host;
  const body = composeProcessCommand({
    action,
    service: composeService({ id, instance, serviceName, configuration }),
    transaction,
    messageId: createUniqueId(),
    sender: 'test',
    ...(acknowledges === undefined ? {} : { acknowledges }),
  });
  return { topic: routedTopic(transaction, id), body };
}

function checked<Id>(parse: (text: string) => Id | undefined, text: string): Id {
  const id = parse(text);
  if (id !== undefined) return id;
  throw new TypeError(`"${text}" is not a valid id; an id is ${ID_RULE}`);
}
