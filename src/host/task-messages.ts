// Decodes the frames that are for a task: its commands, and the events of other services.
// Without the schema library: loading it would double the start time of every service.
// A frame that does not have the expected fields is ignored.

import { decodeEnvelope } from '../bus/envelope.js';
import type { RunBootstrap } from '../messages/host-bootstrap.js';
import { routedTopic } from '../messages/topics.js';
import type { ServiceEvent, TaskConfiguration } from '../task/task.js';

export type TaskMessage =
  | {
      readonly kind: 'start';
      readonly messageId: string | undefined;
      readonly serviceName: string;
      readonly configuration: TaskConfiguration;
    }
  | { readonly kind: 'stop'; readonly messageId: string | undefined }
  | { readonly kind: 'acknowledge'; readonly seq: number }
  | { readonly kind: 'event'; readonly event: ServiceEvent };

const EVENT_ACTIONS: ReadonlySet<string> = new Set([
  'created',
  'started',
  'updated',
  'failed',
  'stopped',
  'exited',
]);

/** The topic of the commands for this task. */
export function commandTopic({ transaction, serviceId }: RunBootstrap): string {
  return routedTopic(transaction, serviceId);
}

/** Returns undefined for a frame that is not for this task. Throws MSG_FRAME_INVALID. */
export function readTaskMessage(frame: Uint8Array, bootstrap: RunBootstrap): TaskMessage | undefined {
  const { topic, body } = decodeEnvelope(frame);
  if (topic === commandTopic(bootstrap)) return readCommand(body, bootstrap);
  return topic === 'control' ? readEvent(body, bootstrap) : undefined;
}

function readCommand(body: unknown, bootstrap: RunBootstrap): TaskMessage | undefined {
  const message = field(field(body, 'Task'), 'message');
  const header = field(message, 'header');
  const messageId = text(field(header, 'message_id'));
  if (isForAnother(header, bootstrap)) return undefined;
  switch (field(header, 'action')) {
    case 'start': {
      const configuration = field(field(message, 'content'), 'configuration');
      return {
        kind: 'start',
        messageId,
        serviceName: text(field(header, 'service_name')) ?? '',
        configuration: isRecord(configuration) ? configuration : {},
      };
    }
    case 'stop':
      return { kind: 'stop', messageId };
    case 'acknowledge':
      return { kind: 'acknowledge', seq: Number(field(header, 'acknowledges')) };
    default:
      return undefined;
  }
}

/** A client may have used the wrong topic. A blank field in the header means the service of the topic. */
function isForAnother(header: unknown, { serviceId, transaction }: RunBootstrap): boolean {
  const service = text(field(header, 'service_id')) ?? '';
  const named = text(field(header, 'transaction')) ?? text(field(header, 'service_transaction')) ?? '';
  return (service !== '' && service !== serviceId) || (named !== '' && named !== transaction);
}

function readEvent(body: unknown, bootstrap: RunBootstrap): TaskMessage | undefined {
  const header = field(body, 'header');
  const action = text(field(header, 'action'));
  const serviceId = text(field(header, 'service_id'));
  if (action === undefined || !EVENT_ACTIONS.has(action)) return undefined;
  if (field(header, 'service_transaction') !== bootstrap.transaction) return undefined;
  if (serviceId === undefined || serviceId === bootstrap.serviceId) return undefined;
  const status = field(field(body, 'content'), 'status');
  return {
    kind: 'event',
    event: {
      action: action as ServiceEvent['action'],
      serviceId,
      serviceName: text(field(header, 'service_name')) ?? '',
      status: isRecord(status) ? status : {},
    },
  };
}

function field(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
