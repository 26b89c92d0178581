// Which transaction, and which of its services, a command is about.

import { ContextdError } from '../../base/errors.js';
import {
  createTransactionId,
  ID_RULE,
  parseServiceId,
  parseTransactionId,
  type ServiceId,
} from '../../base/ids.js';
import { isForContext, startsWithTransaction, type ContextConfiguration } from '../../model/context.js';
import type { ContextCommandBody } from '../../messages/context-command.js';
import {
  chooseFrom,
  findTransaction as findIn,
  unknownTransaction as unknownIn,
} from '../../supervision/find-transaction.js';
import { createTransaction, hasProcess, type Transaction } from '../../supervision/transaction.js';
import type { CommandContext } from './command-context.js';

/** Whose turn a command waits for, by its id; blank for a new one. */
export function resolveTransaction(call: CommandContext): string {
  try {
    return target(call)?.id ?? nameOf(call);
  } catch {
    return ''; // It will be refused, when its turn comes at once.
  }
}

function target(call: CommandContext): Transaction | undefined {
  switch (call.command.header.action) {
    case 'start':
      return findToStart(call);
    case 'restart':
      return findToRestart(call);
    default:
      return findTransaction(call);
  }
}

/**
 * The transaction that a start is for; undefined for a new one. Without a name: for a context one of that context, for a
 * service one that has it. With a blank name a context is always started in a new one. Throws CTX_AMBIGUOUS.
 */
export function findToStart(call: CommandContext): Transaction | undefined {
  const { ports, command, configuration } = call;
  const { service_id: asked, service_transaction: name } = command.header;
  if (name !== undefined && name !== '') return findTransaction(call);
  const all = ofContext(call, configuration?.ContextID);
  const known = configuration === undefined ? all.map((each) => each.configuration) : [configuration];
  const own = configuration ?? ports.ownConfiguration;
  const contexts = [own, ...known];
  const context =
    contexts.find((each) => each.ContextID === asked) ?? contexts.find((each) => isForContext(asked, each));
  if (context === undefined)
    return chooseFrom(all.filter((each) => each.configuration.TaskService.some(({ id }) => id === asked)));
  return name === '' ? undefined : chooseFrom(ofContext(call, context.ContextID));
}

/** Without a name one of the context whose configuration the command brought, or any. Throws CTX_AMBIGUOUS. */
export function findToRestart(call: CommandContext): Transaction | undefined {
  return nameOf(call) === ''
    ? chooseFrom(ofContext(call, call.configuration?.ContextID))
    : findTransaction(call);
}

/** Those of this context; without an id all. */
function ofContext({ ports }: CommandContext, contextId: string | undefined): readonly Transaction[] {
  const all = [...ports.supervisor.transactions.values()];
  return contextId === undefined ? all : all.filter((each) => each.configuration.ContextID === contextId);
}

/** For a start that brings no configuration, in a new transaction. */
export function ownConfiguration(call: CommandContext): ContextConfiguration {
  const { ownConfiguration: own } = call.ports;
  const { service_id: asked } = call.command.header;
  const isOurs = isForContext(asked, own) || own.TaskService.some((each) => each.id === asked);
  if (isOurs) return own;
  throw new ContextdError('CTX_CONFIGURATION_MISSING', `this provider has no context "${asked}"`, {
    hint: `it runs ${own.ContextID}; send another one's configuration with --context_file`,
  });
}

/** A new one is not added yet: the command may still be refused. Throws MSG_INVALID. */
export function createFor(call: CommandContext, configuration: ContextConfiguration): Transaction {
  const text = nameOf(call);
  const id = text === '' ? createTransactionId() : parseTransactionId(text);
  if (id !== undefined) return createTransaction(id, configuration, call.ports.clock.now());
  throw new ContextdError('MSG_INVALID', `"${text}" is not a valid transaction id`, {
    hint: `a transaction id is ${ID_RULE}`,
  });
}

/** Throws CTX_TRANSACTION_TAKEN. */
export function checkContext({ id, configuration: known }: Transaction, next: ContextConfiguration): void {
  if (known.ContextID === next.ContextID) return;
  throw new ContextdError(
    'CTX_TRANSACTION_TAKEN',
    `transaction ${id} belongs to context ${known.ContextID}, not ${next.ContextID}`,
    { hint: 'use another transaction id, or an empty one for a new id' },
  );
}

/** The named transaction; without a name the one that can be meant. Throws CTX_AMBIGUOUS. */
export function findTransaction(call: CommandContext): Transaction | undefined {
  return findIn(call.ports.supervisor.transactions, nameOf(call));
}

export function unknownTransaction(call: CommandContext): ContextdError {
  return unknownIn(call.ports.supervisor.transactions, nameOf(call), 'command');
}

function nameOf({ command }: CommandContext): string {
  return command.header.service_transaction ?? '';
}

/** The one service the command is for; undefined when it is for the context. Throws SVC_UNKNOWN. */
export function namedService(
  { header }: ContextCommandBody,
  configuration: ContextConfiguration,
): ServiceId | undefined {
  const { service_id: text } = header;
  if (isForContext(text, configuration)) return undefined;
  const known = [...new Set(configuration.TaskService.map((each) => each.id))];
  const id = parseServiceId(text);
  if (id !== undefined && known.includes(id)) return id;
  throw new ContextdError('SVC_UNKNOWN', `${text} is neither this context nor one of its services`, {
    hint: `the context is ${configuration.ContextID}, its services are ${known.join(', ')}`,
  });
}

export function isInUse(transaction: Transaction, id: ServiceId): boolean {
  const service = transaction.snapshot.services.get(id);
  if (service === undefined) return false;
  return hasProcess(transaction, id) || startsWithTransaction(service.definition);
}
