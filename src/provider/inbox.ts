// Turns what arrives on the bus into calls on the provider's parts.

import { unreachable } from '../base/errors.js';
import { parseFrame, type Message } from '../messages/message.js';
import type { ContextCommandBody } from '../messages/context-command.js';
import type { HeartbeatBody } from '../messages/heartbeat.js';
import type { ProcessCommandBody } from '../messages/process-command.js';
import type { ServiceEventMessage } from '../messages/service-event.js';
import type { StateRequestBody } from '../messages/state.js';
import type { ThreadNoticeBody } from '../messages/thread-notice.js';
import { presenceTopic } from '../messages/topics.js';

export interface InboxPorts {
  /** The provider's own sender id: what it said itself comes back and is skipped. */
  readonly self: string;
  command(command: ContextCommandBody): void;
  question(request: StateRequestBody): void;
  event(event: ServiceEventMessage): void;
  beat(beat: HeartbeatBody): void;
  /** What a process that holds threads says of them. */
  thread(notice: ThreadNoticeBody): void;
  /** A frame that is no message, or one that could not be dealt with. */
  reject(error: unknown): void;
}

/** The last says that the provider of this folder is there: see presenceTopic. */
export function inboxTopics(owner: string): readonly string[] {
  return ['context', 'process', 'control', 'state', 'threads', presenceTopic(owner)];
}

/** Never throws: a stranger's bytes end no loop. */
export function receive(ports: InboxPorts, frame: Uint8Array): void {
  try {
    dispatch(ports, frame);
  } catch (error) {
    ports.reject(error);
  }
}

/** Passes on what `admit` lets through. */
export function authorizeInbox(ports: InboxPorts, admit: (message: Message) => boolean): InboxPorts {
  return {
    self: ports.self,
    command: (command) => {
      if (admit({ kind: 'context_command', ...command })) ports.command(command);
    },
    question: (request) => {
      if (admit({ kind: 'state_request', ...request })) ports.question(request);
    },
    event: (event) => {
      if (admit(event)) ports.event(event);
    },
    beat: (beat) => {
      if (admit({ kind: 'heartbeat', ...beat })) ports.beat(beat);
    },
    thread: (notice) => {
      if (admit({ kind: 'thread_notice', ...notice })) ports.thread(notice);
    },
    reject: (error) => ports.reject(error),
  };
}

/** Our own header is near the front: further on it is not looked for. */
const HEAD_BYTES = 2048;

/**
 * What a provider says comes back to it, context information with all its services above all. It is known by
 * its sender without being parsed, which for a large context would cost more than everything else that is heard.
 */
export function isSaidBy(self: string, frame: Uint8Array): boolean {
  const head = Buffer.from(frame.buffer, frame.byteOffset, Math.min(frame.byteLength, HEAD_BYTES));
  return head.includes(`"sender":"${self}"`);
}

function dispatch(ports: InboxPorts, frame: Uint8Array): void {
  if (isSaidBy(ports.self, frame)) return;
  const message = parseFrame(frame);
  switch (message.kind) {
    case 'context_command':
      return ports.command(message);
    case 'process_command':
      return isOwn(message.Task.message.header) ? undefined : ports.command(asContextCommand(message));
    case 'service_event':
      return isOwn(message.header) ? undefined : ports.event(message);
    case 'heartbeat':
      return ports.beat(message);
    case 'thread_notice':
      return ports.thread(message);
    case 'state_request':
      return ports.question(message);
    case 'context_info':
    case 'command_reply':
    case 'state_reply':
    case 'monitor':
    case 'samples_request':
      return; // What a provider says itself, and what is between a Monitor and its readers.
    default:
      return unreachable(message);
  }

  function isOwn(header: { readonly sender?: string | undefined }): boolean {
    return header.sender === ports.self;
  }
}

/** A foreign client's word to one service is a command for that service. */
function asContextCommand(message: ProcessCommandBody): ContextCommandBody {
  const { header } = message.Task.message;
  const { action, service_id: serviceId, message_id: messageId, sender } = header;
  return {
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
