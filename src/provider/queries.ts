// The queries on topic `state`, and their answers.

import { ContextdError } from '../base/errors.js';
import { isForContext } from '../model/context.js';
import type { TransactionInfo } from '../messages/context-info.js';
import { composeEntry, type HistoryReply } from '../messages/history.js';
import type { StateRequestBody } from '../messages/state.js';
import type { EnsureMonitor } from './commands/ensure-monitor.js';
import type { ProviderStats } from './stats.js';
import { describeLog } from './describe-log.js';
import type { ServiceSnapshot } from '../supervision/snapshot.js';
import { describeUsage, parseTopRequest, type TopPorts } from './top.js';
import type { Authorizer } from '../security/authorizer.js';
import { describeTransaction } from '../supervision/describe-transaction.js';
import { serviceOf, type Transaction } from '../supervision/transaction.js';
import type { TransactionStore } from '../supervision/transaction-store.js';
import { causalChain } from '../supervision/causal-chain.js';

export interface QueryAnswer {
  readonly action: string;
  readonly content: unknown;
}

/** The parts of a provider that queries use. */
export interface QueryPorts extends TopPorts {
  readonly ensureMonitor: EnsureMonitor;
  readonly transactions: TransactionStore;
  /** `<context folder>/.contextd/<ContextID>`. */
  readonly stateFolder: string;
  readonly stats: ProviderStats;
  /** Undefined without <Security>. */
  readonly authorizer: Authorizer | undefined;
}

/** The number of records of `history` without a limit. */
const DEFAULT_LIMIT = 50;

type Answer = (ports: QueryPorts, request: StateRequestBody) => QueryAnswer | Promise<QueryAnswer>;

const QUERIES: Readonly<Record<string, Answer>> = {
  request: ({ transactions, authorizer }, { header }) => ({
    action: 'reply_context',
    content:
      header.service_transaction === ''
        ? describeAll(transactions, authorizer)
        : describe(transactions.resolve(header.service_transaction, 'question'), authorizer),
  }),
  history: ({ transactions }, request) => ({
    action: 'reply_history',
    content: history(transactions, request),
  }),
  why: ({ transactions }, request) => ({ action: 'reply_why', content: why(transactions, request) }),
  logs: ({ transactions, stateFolder }, { header }) => {
    const transaction = transactions.resolve(header.service_transaction, 'question');
    const { definition } = findService(transaction, header.service_id);
    return { action: 'reply_logs', content: describeLog(stateFolder, transaction, definition.id) };
  },
  figures: ({ stats }) => ({ action: 'reply_figures', content: stats.take() }),
  top: async (ports, { header, content }) => {
    const transaction = ports.transactions.resolve(header.service_transaction, 'question');
    const request = parseTopRequest(content.configuration);
    const { service } = request;
    if (service !== undefined) {
      await ports.ensureMonitor(transaction, { ...request, service }, header.message_id ?? 'no message id');
    }
    const { service_id: id } = header;
    // A client of the original may name the context, which is all services.
    const isAll = isForContext(id, transaction.configuration);
    const only = isAll ? undefined : findService(transaction, id).definition.id;
    return { action: 'reply_top', content: await describeUsage(ports, transaction, request, only) };
  },
};

/** Rejects with MSG_ACTION_UNKNOWN, MSG_INVALID, CTX_TRANSACTION_UNKNOWN, SVC_UNKNOWN and SVC_LOG_UNREADABLE. */
export async function answerQuery(ports: QueryPorts, request: StateRequestBody): Promise<QueryAnswer> {
  const { action } = request.header;
  const answer = Object.hasOwn(QUERIES, action) ? QUERIES[action] : undefined;
  if (answer !== undefined) return await answer(ports, request);
  throw new ContextdError('MSG_ACTION_UNKNOWN', `there is no action "${action}" on topic state`, {
    hint: `actions are ${Object.keys(QUERIES).join(', ')}`,
  });
}

function describeAll(
  transactions: TransactionStore,
  authorizer: Authorizer | undefined,
): Readonly<Record<string, TransactionInfo>> {
  return Object.fromEntries(transactions.all.map((each) => [each.id, describe(each, authorizer)]));
}

/** With the keys of tasks and clients. Only answers have them: they are sealed, and published information is not. */
function describe(transaction: Transaction, authorizer: Authorizer | undefined): TransactionInfo {
  const info = describeTransaction(transaction);
  if (authorizer === undefined) return info;
  const tasks = info.tasks.map((task) => {
    const key = authorizer.services.taskKeyOf(transaction.id, task.service_id);
    return key === undefined ? task : { ...task, key };
  });
  return { ...info, tasks, clients: [...authorizer.clientKeys] };
}

function history(transactions: TransactionStore, { header, content }: StateRequestBody): HistoryReply {
  const transaction = transactions.resolve(header.service_transaction, 'question');
  const limit = isCount(content.limit) ? content.limit : DEFAULT_LIMIT;
  // Not slice(-limit), which returns all records for 0.
  const from = Math.max(0, transaction.history.length - limit);
  return { records: transaction.history.slice(from).map(composeEntry) };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function why(transactions: TransactionStore, { header }: StateRequestBody): HistoryReply {
  const transaction = transactions.resolve(header.service_transaction, 'question');
  const service = findService(transaction, header.service_id);
  return {
    service_id: service.definition.id,
    state: service.status,
    since: new Date(service.sinceMs).toISOString(),
    records: causalChain(transaction.history, service.cause).map(composeEntry),
  };
}

function findService(transaction: Transaction, text: string): ServiceSnapshot {
  const service = serviceOf(transaction, text);
  if (service !== undefined) return service;
  throw new ContextdError('SVC_UNKNOWN', `transaction ${transaction.id} has no service "${text}"`, {
    hint: `its services are ${[...transaction.snapshot.services.keys()].join(', ')}`,
  });
}
