// The first step of inbound messages: decodes a frame into a message that a provider handles.

import { unreachable } from '../base/errors.js';
import { isSentBy } from '../bus/sent-by.js';
import type { ContextCommand } from '../messages/context-command.js';
import type { Heartbeat } from '../messages/heartbeat.js';
import { CheckCount, parseFrame } from '../messages/message.js';
import type { ProcessCommandBody } from '../messages/process-command.js';
import type { ServiceEventMessage } from '../messages/service-event.js';
import type { StateRequest } from '../messages/state.js';
import type { HostNotice } from '../messages/host-notice.js';
import { presenceTopic } from '../messages/topics.js';

/** A message that a provider handles. */
export type InboundMessage = ContextCommand | StateRequest | ServiceEventMessage | Heartbeat | HostNotice;

/** The topics that a provider subscribes to. By the last one its services know that it runs: see presenceTopic. */
export function inboundTopics(owner: string): readonly string[] {
  return ['context', 'process', 'control', 'state', 'threads', presenceTopic(owner)];
}

/**
 * Returns undefined for a message that the provider does not handle, and for one that it published itself. Throws
 * MSG_FRAME_INVALID or MSG_INVALID.
 */
export type Decode = (frame: Uint8Array) => InboundMessage | undefined;

/** `self` is the sender id of the provider. */
export function createDecode(self: string): Decode {
  const count = new CheckCount();
  return (frame) => decode(frame, self, count);
}

function decode(frame: Uint8Array, self: string, count: CheckCount): InboundMessage | undefined {
  if (isSentBy(self, frame)) return undefined;
  const message = parseFrame(frame, count);
  switch (message.kind) {
    case 'context_command':
    case 'state_request':
    case 'heartbeat':
    case 'host_notice':
      return message;
    case 'service_event':
      return message.header.sender === self ? undefined : message;
    case 'process_command':
      return message.Task.message.header.sender === self ? undefined : toContextCommand(message);
    case 'context_info':
    case 'command_reply':
    case 'state_reply':
    case 'monitor':
    case 'samples_request':
      return undefined; // Published by providers, or between a Monitor and its readers.
    default:
      return unreachable(message);
  }
}

/** A process command of another client is a command for that one service. */
function toContextCommand(message: ProcessCommandBody): ContextCommand {
  const { header } = message.Task.message;
  const { action, service_id: serviceId, message_id: messageId, sender } = header;
  return {
    kind: 'context_command',
    header: {
      action,
      service_id: serviceId,
      service_name: header.service_name,
      service_transaction: header.transaction ?? header.service_transaction ?? '',
      ...(messageId === undefined ? {} : { message_id: messageId }),
      ...(sender === undefined ? {} : { sender }),
    },
    content: { configuration: undefined },
  };
}
