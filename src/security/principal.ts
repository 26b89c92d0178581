// The sender of a message, and the audit log's description of senders and messages.

import type { ContextdError } from '../base/errors.js';
import { shorten } from '../base/shorten.js';
import type { ClientKey } from '../model/security.js';
import type { Message } from '../messages/message.js';

/** The sender of a message, according to its seal. */
export interface Principal {
  /** In Z85; undefined without a valid seal. */
  readonly key: string | undefined;
  /** Undefined for a service. */
  readonly client: ClientKey | undefined;
  /** Why the message must be refused. */
  readonly fault: ContextdError | undefined;
}

type Fields = Readonly<Record<string, string>>;

export function describePrincipal({ key, client }: Principal): Fields {
  return {
    ...(client === undefined ? {} : { name: client.name, role: client.role }),
    ...(key === undefined ? {} : { key }),
  };
}

/** Must never contain the configuration: it may hold secrets of a task. */
export function describeMessage(message: Message): Fields {
  const header = headerOf(message);
  const texts = ['action', 'service_id', 'service_transaction', 'message_id', 'host'].flatMap((name) => {
    const value: unknown = Reflect.get(header, name);
    return typeof value === 'string' && value !== '' ? [[name, shorten(value)]] : [];
  });
  return { kind: message.kind, ...(Object.fromEntries(texts) as Fields) };
}

function headerOf(message: Message): object {
  if (message.kind === 'process_command') return message.Task.message.header;
  return message.kind === 'monitor' ? {} : message.header;
}
