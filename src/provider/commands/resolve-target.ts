// Finds the transaction, and the service in it, that a command is for.

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
import { createTransaction, hasProcess, serviceOf, type Transaction } from '../../supervision/transaction.js';
import { chooseFrom } from '../../supervision/transaction-store.js';
import type { CommandContext } from './command-context.js';

/** Returns the id of the transaction whose earlier commands this one waits for; blank for a new transaction. */
export function resolveTransaction(context: CommandContext): string {
  try {
    return findTarget(context)?.id ?? nameOf(context);
  } catch {
    return ''; // The command will be refused, and does not wait.
  }
}

function findTarget(context: CommandContext): Transaction | undefined {
  switch (context.command.header.action) {
    case 'start':
      return findToStart(context);
    case 'restart':
      return findToRestart(context);
    default:
      return findTransaction(context);
  }
}

/**
 * Returns the transaction of a start; undefined for a new one. A start that names no transaction uses one of the named
 * context, or one that has the named service. A start of a context with a blank name makes a new one. Throws CTX_AMBIGUOUS.
 */
export function findToStart(context: CommandContext): Transaction | undefined {
  const { ports, command, configuration } = context;
  const { service_id: asked, service_transaction: name } = command.header;
  if (name !== undefined && name !== '') return findTransaction(context);
  const all = ofContext(context, configuration?.ContextID);
  const known = configuration === undefined ? all.map((each) => each.configuration) : [configuration];
  const own = configuration ?? ports.ownConfiguration;
  const candidates = [own, ...known];
  const named =
    candidates.find((each) => each.ContextID === asked) ??
    candidates.find((each) => isForContext(asked, each));
  if (named === undefined)
    return chooseFrom(all.filter((each) => each.configuration.TaskService.some(({ id }) => id === asked)));
  return name === '' ? undefined : chooseFrom(ofContext(context, named.ContextID));
}

/** A restart that names no transaction uses one of the context in its configuration, or any. Throws CTX_AMBIGUOUS. */
export function findToRestart(context: CommandContext): Transaction | undefined {
  return nameOf(context) === ''
    ? chooseFrom(ofContext(context, context.configuration?.ContextID))
    : findTransaction(context);
}

/** The transactions of a context; all without an id. */
function ofContext({ ports }: CommandContext, contextId: string | undefined): readonly Transaction[] {
  const { all } = ports.transactions;
  return contextId === undefined ? all : all.filter((each) => each.configuration.ContextID === contextId);
}

/** Returns the configuration for a start that has none, in a new transaction. Throws CTX_CONFIGURATION_MISSING. */
export function ownConfiguration(context: CommandContext): ContextConfiguration {
  const { ownConfiguration: own } = context.ports;
  const { service_id: asked } = context.command.header;
  const isOwn = isForContext(asked, own) || own.TaskService.some((each) => each.id === asked);
  if (isOwn) return own;
  throw new ContextdError('CTX_CONFIGURATION_MISSING', `this provider has no context "${asked}"`, {
    hint: `it runs ${own.ContextID}; send another one's configuration with --context_file`,
  });
}

/** Creates a transaction without adding it: the command may still be refused. Throws MSG_INVALID. */
export function createRequestedTransaction(
  context: CommandContext,
  configuration: ContextConfiguration,
): Transaction {
  const text = nameOf(context);
  const id = text === '' ? createTransactionId() : parseTransactionId(text);
  if (id !== undefined) return createTransaction(id, configuration, context.ports.clock.now());
  throw new ContextdError('MSG_INVALID', `"${text}" is not a valid transaction id`, {
    hint: `a transaction id is ${ID_RULE}`,
  });
}

/** Throws CTX_TRANSACTION_TAKEN when the transaction belongs to another context. */
export function checkContext({ id, configuration: known }: Transaction, next: ContextConfiguration): void {
  if (known.ContextID === next.ContextID) return;
  throw new ContextdError(
    'CTX_TRANSACTION_TAKEN',
    `transaction ${id} belongs to context ${known.ContextID}, not ${next.ContextID}`,
    { hint: 'use another transaction id, or an empty one for a new id' },
  );
}

/** Returns the named transaction; without a name the only running one, or the only one. Throws CTX_AMBIGUOUS. */
function findTransaction(context: CommandContext): Transaction | undefined {
  return context.ports.transactions.find(nameOf(context));
}

/** Like `findTransaction`. Throws CTX_TRANSACTION_UNKNOWN for an unknown one. */
export function requireTransaction(context: CommandContext): Transaction {
  return context.ports.transactions.resolve(nameOf(context), 'command');
}

export function unknownTransaction(context: CommandContext): ContextdError {
  return context.ports.transactions.unknown(nameOf(context), 'command');
}

function nameOf({ command }: CommandContext): string {
  return command.header.service_transaction ?? '';
}

/** Returns the service that the command names; undefined when it names the context. Throws SVC_UNKNOWN. */
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

/** Whether a restart of the whole transaction includes the service. */
export function isInUse(transaction: Transaction, id: ServiceId): boolean {
  const service = serviceOf(transaction, id);
  return service !== undefined && (hasProcess(transaction, id) || startsWithTransaction(service.definition));
}
