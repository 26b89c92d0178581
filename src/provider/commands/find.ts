// Which transaction, and which of its services, a command is about.

import { ContextdError } from '../../base/errors.js';
import {
  createTransactionId,
  ID_RULE,
  parseServiceId,
  parseTransactionId,
  type ServiceId,
} from '../../base/ids.js';
import { startsWithTransaction, type ContextConfiguration } from '../../model/context.js';
import type { ContextCommandBody } from '../../messages/context-command.js';
import { findTransaction as findIn, unknownTransaction as unknownIn } from '../find-transaction.js';
import { createTransaction, type Transaction } from '../transaction.js';
import type { CommandCall, CommandPorts } from './call.js';

/** Whose turn a command waits for, by its id; a start of a whole context without a name makes a new one. */
export function meantTransaction(
  { supervisor }: Pick<CommandPorts, 'supervisor'>,
  { header }: ContextCommandBody,
): string {
  const { action, service_id: asked, service_transaction: name } = header;
  const known = findIn(supervisor.transactions, name);
  if (known === undefined || name !== '') return name;
  const isNew = action === 'start' && (asked === '' || asked === known.configuration.ContextID);
  return isNew ? '' : known.id;
}

export function ownConfiguration(call: CommandCall): ContextConfiguration {
  const { ownConfiguration: own } = call.ports;
  const { service_id: asked } = call.command.header;
  const isNamed = call.command.header.service_transaction !== '';
  const known = isNamed ? findTransaction(call)?.configuration : onlyTransactionWith(call)?.configuration;
  if (known !== undefined) return known;
  const isOurs = asked === '' || asked === own.ContextID || own.TaskService.some((each) => each.id === asked);
  if (isOurs) return own;
  throw new ContextdError('CTX_CONFIGURATION_MISSING', `this provider has no context "${asked}"`, {
    hint: `it runs ${own.ContextID}; send another one's configuration with --context_file`,
  });
}

/** A new one is not added yet: the command may still be refused. */
export function findOrCreate(call: CommandCall, configuration: ContextConfiguration): Transaction {
  const { supervisor, clock } = call.ports;
  const only = onlyTransactionWith(call);
  if (only !== undefined) return only;
  const text = call.command.header.service_transaction;
  const id = text === '' ? createTransactionId() : parseTransactionId(text);
  if (id === undefined) {
    throw new ContextdError('MSG_INVALID', `"${text}" is no transaction id`, {
      hint: `a transaction id is ${ID_RULE}`,
    });
  }
  const known = supervisor.transactions.get(id);
  if (known === undefined) return createTransaction(id, configuration, clock.now());
  if (known.configuration.ContextID === configuration.ContextID) return known;
  throw new ContextdError(
    'CTX_TRANSACTION_TAKEN',
    `transaction ${id} belongs to context ${known.configuration.ContextID}, not ${configuration.ContextID}`,
    { hint: 'use another transaction id, or an empty one for a new id' },
  );
}

/** A start of one service without a transaction's name is for the only transaction there is, if it has it. */
function onlyTransactionWith(call: CommandCall): Transaction | undefined {
  const { service_id: service, service_transaction: name } = call.command.header;
  const only = name === '' ? findTransaction(call) : undefined;
  return only?.configuration.TaskService.some((each) => each.id === service) === true ? only : undefined;
}

/** The named transaction; without a name the only one there is. */
export function findTransaction({ ports, command }: CommandCall): Transaction | undefined {
  return findIn(ports.supervisor.transactions, command.header.service_transaction);
}

export function unknownTransaction({ ports, command }: CommandCall): ContextdError {
  return unknownIn(ports.supervisor.transactions, command.header.service_transaction, 'command');
}

/** The one service the command is for; undefined when it is for the context. Throws SVC_UNKNOWN. */
export function namedService(
  { header }: ContextCommandBody,
  configuration: ContextConfiguration,
): ServiceId | undefined {
  const { service_id: text } = header;
  if (text === '' || text === configuration.ContextID) return undefined;
  const known = [...new Set(configuration.TaskService.map((each) => each.id))];
  const id = parseServiceId(text);
  if (id !== undefined && known.includes(id)) return id;
  throw new ContextdError('SVC_UNKNOWN', `${text} is neither this context nor one of its services`, {
    hint: `the context is ${configuration.ContextID}, its services are ${known.join(', ')}`,
  });
}

/** Something of it is there, or is about to be. */
export function hasProcess(transaction: Transaction, id: ServiceId): boolean {
  const service = transaction.snapshot.services.get(id);
  return service !== undefined && (service.isAlive || service.status === 'backoff');
}

export function isInUse(transaction: Transaction, id: ServiceId): boolean {
  const service = transaction.snapshot.services.get(id);
  if (service === undefined) return false;
  return hasProcess(transaction, id) || startsWithTransaction(service.definition);
}
