// What each command of a client does, and what it is answered.

import type { Clock } from '../base/clock.js';
import { ContextdError, reportError, type ErrorReport } from '../base/errors.js';
import {
  createTransactionId,
  ID_RULE,
  parseServiceId,
  parseTransactionId,
  type ServiceId,
} from '../base/ids.js';
import { startsWithTransaction, type ContextConfiguration, type TaskService } from '../model/context.js';
import { parseContextConfiguration } from '../model/parse-context.js';
import { CONTEXT_ACTIONS, type ContextAction, type ContextCommandBody } from '../messages/context-command.js';
import type { ReplyStatus, ServiceResult } from '../messages/state.js';
import { isFailure } from './settlement.js';
import type { Supervisor } from './supervisor.js';
import { createTransaction, defineServices, serviceIds, type Transaction } from './transaction.js';

/** What commands need of the provider. */
export interface CommandPorts {
  readonly supervisor: Supervisor;
  readonly clock: Clock;
  /** The provider's own context file, for a start without a configuration. */
  readonly ownConfiguration: ContextConfiguration;
  /** Throws SVC_LOCATION_REFUSED for code this provider may not load. */
  readonly checkLocations: (services: readonly TaskService[]) => void;
}

export interface CommandAnswer {
  readonly status: ReplyStatus;
  /** The transaction acted on; new when the command named none. */
  readonly transaction: string;
}

interface Request {
  readonly ports: CommandPorts;
  readonly command: ContextCommandBody;
  /** The parsed configuration the command brought, if any. */
  readonly configuration: ContextConfiguration | undefined;
  readonly cause: string;
}

const ACTIONS: Readonly<Record<ContextAction, (request: Request) => Promise<CommandAnswer>>> = {
  start,
  stop,
  restart,
  exit,
  list: (request) => Promise.resolve(list(request)),
};

/** Never rejects: what goes wrong is the answer. */
export async function executeCommand(
  ports: CommandPorts,
  command: ContextCommandBody,
): Promise<CommandAnswer> {
  const { header, content } = command;
  try {
    const act = ACTIONS[parseAction(header.action)];
    const { configuration } = content;
    const parsed = isBlank(configuration) ? undefined : parseContextConfiguration(configuration);
    return await act({ ports, command, configuration: parsed, cause: header.message_id ?? 'no message id' });
  } catch (error) {
    return { status: failure(reportError(error)), transaction: header.service_transaction };
  }
}

async function start(request: Request): Promise<CommandAnswer> {
  const { ports, command } = request;
  const configuration = request.configuration ?? ownConfiguration(request);
  ports.checkLocations(configuration.TaskService);
  const transaction = findOrCreate(request, configuration);
  const named = namedService(command, transaction);
  const entries = configuration.TaskService.filter(startsWithTransaction);
  const services = named === undefined ? serviceIds(entries) : [named];
  defineServices(transaction, configuration, ports.clock.now());
  return await run(request, transaction, { action: 'start', services });
}

async function restart(request: Request): Promise<CommandAnswer> {
  const { ports, command, configuration } = request;
  const known = findTransaction(request);
  if (known === undefined && configuration === undefined) throw unknownTransaction(request);
  if (configuration !== undefined) {
    ports.checkLocations(configuration.TaskService);
    defineServices(findOrCreate(request, configuration), configuration, ports.clock.now());
  }
  const transaction = findTransaction(request) ?? known;
  if (transaction === undefined) throw unknownTransaction(request);
  const named = namedService(command, transaction);
  const listed = configuration?.TaskService ?? transaction.configuration.TaskService;
  const services =
    named === undefined ? serviceIds(listed).filter((id) => isInUse(transaction, id)) : [named];
  return await run(request, transaction, { action: 'restart', services });
}

async function run(
  request: Request,
  transaction: Transaction,
  wanted: { readonly action: 'start' | 'restart'; readonly services: readonly ServiceId[] },
): Promise<CommandAnswer> {
  const { supervisor, clock } = request.ports;
  const event = { type: 'run_asked', atMs: clock.now(), cause: request.cause, ...wanted } as const;
  const { refused, settled } = supervisor.ask(transaction, event);
  return { status: summarize([...refused, ...(await settled)]), transaction: transaction.id };
}

async function stop(request: Request): Promise<CommandAnswer> {
  const { supervisor, clock } = request.ports;
  const transaction = findTransaction(request);
  if (transaction === undefined) throw unknownTransaction(request);
  const all = [...transaction.snapshot.services.keys()];
  const services = servicesToStop(request, transaction, all);
  const isWhole = all.every((id) => services.includes(id));
  const event = { type: 'stop_asked', atMs: clock.now(), cause: request.cause, services, isWhole } as const;
  const { refused, settled } = supervisor.ask(transaction, event);
  return { status: summarize([...refused, ...(await settled)]), transaction: transaction.id };
}

function servicesToStop(
  request: Request,
  transaction: Transaction,
  all: readonly ServiceId[],
): readonly ServiceId[] {
  const { command, configuration } = request;
  if (command.header.service_name === 'all') return all;
  const named = namedService(command, transaction);
  if (named !== undefined) return [named];
  const listed = serviceIds(configuration?.TaskService ?? []);
  return listed.length === 0 ? all : listed;
}

/** Stops everything; the provider itself ends when this has been answered. */
async function exit(request: Request): Promise<CommandAnswer> {
  const results = await stopEverything(request.ports, request.cause);
  return { status: summarize(results), transaction: request.command.header.service_transaction };
}

/** Stops every service of every transaction; resolves when all have ended. */
export async function stopEverything(
  ports: Pick<CommandPorts, 'supervisor' | 'clock'>,
  cause: string,
): Promise<readonly ServiceResult[]> {
  const asked = [...ports.supervisor.transactions.values()].map((transaction) => {
    const services = [...transaction.snapshot.services.keys()];
    const event = { type: 'stop_asked', atMs: ports.clock.now(), cause, services, isWhole: true } as const;
    return ports.supervisor.ask(transaction, event).settled;
  });
  return (await Promise.all(asked)).flat();
}

function list({ ports, command }: Request): CommandAnswer {
  const transactions = [...ports.supervisor.transactions.values()].map((transaction) => ({
    transaction: transaction.id,
    context_id: transaction.configuration.ContextID,
    services: [...transaction.snapshot.services.values()].map((service) => ({
      service_id: service.definition.id,
      state: service.status,
      pid: service.pid ?? null,
      ...(service.error === undefined ? {} : { error: service.error }),
    })),
  }));
  const status: ReplyStatus = { result: 'success', services: [], transactions };
  return { status, transaction: command.header.service_transaction };
}

function parseAction(action: string): ContextAction {
  const known = CONTEXT_ACTIONS.find((each) => each === action);
  if (known !== undefined) return known;
  throw new ContextdError('MSG_ACTION_UNKNOWN', `there is no action "${action}" on topic context`, {
    hint: `actions are ${CONTEXT_ACTIONS.join(', ')}`,
  });
}

function ownConfiguration(request: Request): ContextConfiguration {
  const { ownConfiguration: own } = request.ports;
  const { service_id: asked } = request.command.header;
  const known = findTransaction(request)?.configuration;
  if (known !== undefined) return known;
  const isOurs = asked === '' || asked === own.ContextID || own.TaskService.some((each) => each.id === asked);
  if (isOurs) return own;
  throw new ContextdError('CTX_CONFIGURATION_MISSING', `this provider has no context "${asked}"`, {
    hint: `it runs ${own.ContextID}; send another one's configuration with --context_file`,
  });
}

function findOrCreate(request: Request, configuration: ContextConfiguration): Transaction {
  const { supervisor, clock } = request.ports;
  const text = request.command.header.service_transaction;
  const id = text === '' ? createTransactionId() : parseTransactionId(text);
  if (id === undefined) {
    throw new ContextdError('MSG_INVALID', `"${text}" is no transaction id`, {
      hint: `a transaction id is ${ID_RULE}`,
    });
  }
  const known = supervisor.transactions.get(id);
  if (known === undefined) {
    const transaction = createTransaction(id, configuration, clock.now());
    supervisor.add(transaction);
    return transaction;
  }
  if (known.configuration.ContextID === configuration.ContextID) return known;
  throw new ContextdError(
    'CTX_TRANSACTION_TAKEN',
    `transaction ${id} belongs to context ${known.configuration.ContextID}, not ${configuration.ContextID}`,
    { hint: 'use another transaction id, or an empty one for a new id' },
  );
}

/** The named transaction; without a name the only one there is. */
function findTransaction(request: Request): Transaction | undefined {
  const { transactions } = request.ports.supervisor;
  const text = request.command.header.service_transaction;
  if (text === '') return transactions.size === 1 ? [...transactions.values()][0] : undefined;
  const id = parseTransactionId(text);
  return id === undefined ? undefined : transactions.get(id);
}

function unknownTransaction({ ports, command }: Request): ContextdError {
  const text = command.header.service_transaction;
  const known = [...ports.supervisor.transactions.keys()];
  const hint =
    known.length === 0 ? 'nothing has been started yet' : `known transactions: ${known.join(', ')}`;
  const message = text === '' ? 'the command names no transaction' : `transaction ${text} is unknown`;
  return new ContextdError('CTX_TRANSACTION_UNKNOWN', message, { hint });
}

/** The one service the command is for; undefined when it is for the context. Throws SVC_UNKNOWN. */
function namedService({ header }: ContextCommandBody, transaction: Transaction): ServiceId | undefined {
  const { service_id: text } = header;
  if (text === '' || text === transaction.configuration.ContextID) return undefined;
  const id = parseServiceId(text);
  if (id !== undefined && transaction.configuration.TaskService.some((each) => each.id === id)) return id;
  const known = [...transaction.snapshot.services.keys()];
  throw new ContextdError('SVC_UNKNOWN', `${text} is neither this context nor one of its services`, {
    hint: `the context is ${transaction.configuration.ContextID}, its services are ${known.join(', ')}`,
  });
}

function isInUse(transaction: Transaction, id: ServiceId): boolean {
  const service = transaction.snapshot.services.get(id);
  if (service === undefined) return false;
  return service.isAlive || service.status === 'backoff' || startsWithTransaction(service.definition);
}

function summarize(services: readonly ServiceResult[]): ReplyStatus {
  const failed = services.find(isFailure);
  return failed?.error === undefined
    ? { result: 'success', services: [...services] }
    : { ...failure(failed.error), services: [...services] };
}

function failure(error: ErrorReport): ReplyStatus {
  return { result: 'failure', error, services: [] };
}

function isBlank(configuration: unknown): boolean {
  if (configuration === undefined || configuration === null || configuration === '') return true;
  return typeof configuration === 'object' && Object.keys(configuration).length === 0;
}
