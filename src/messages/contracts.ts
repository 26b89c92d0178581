// All messages on the bus as a table: topics, sender, summary, schema. The published contracts are generated from it.

import * as z from 'zod';
import { contextCommandSchema } from './context-command.js';
import { contextInfoSchema, transactionInfoSchema } from './context-info.js';
import { figuresReplySchema } from './provider-stats.js';
import { heartbeatSchema } from './heartbeat.js';
import { historyReplySchema } from './history.js';
import { logsReplySchema } from './logs.js';
import type { Message } from './message.js';
import { processCommandSchema } from './process-command.js';
import { samplesReplySchema, samplesRequestSchema } from './sample-history.js';
import { monitorMessageSchema, topReplySchema } from './samples.js';
import { serviceEventSchema } from './service-event.js';
import { commandReplySchema, stateReplySchema, stateRequestSchema } from './state.js';
import { hostNoticeSchema } from './host-notice.js';

export interface Contract {
  /** Variable parts in braces. */
  readonly topics: readonly string[];
  readonly from:
    'client' | 'provider' | 'service' | 'host' | 'Monitor' | 'client, provider' | 'provider, service';
  readonly summary: string;
  readonly schema: z.ZodType;
  /** The kinds of message that reply to it. */
  readonly answers?: readonly Message['kind'][];
}

/** By kind; a kind without an entry does not compile. */
export const CONTRACTS = {
  context_command: {
    topics: ['context'],
    from: 'client',
    summary: 'A command to the provider: start, stop, restart, reload, forget, validate, list or exit.',
    schema: contextCommandSchema,
    answers: ['command_reply'],
  },
  process_command: {
    topics: ['process', 'process.{transaction}.{service}'],
    from: 'client, provider',
    summary: 'A command to one service: the task service object of the context with its header filled in.',
    schema: processCommandSchema,
    answers: ['command_reply'],
  },
  service_event: {
    topics: ['control'],
    from: 'provider, service',
    summary: 'An event of a service. `content.status` also contains the items that the task itself reports.',
    schema: serviceEventSchema,
  },
  context_info: {
    topics: ['control'],
    from: 'provider',
    summary: 'The status of every service of every transaction, published after each change.',
    schema: contextInfoSchema,
  },
  heartbeat: {
    topics: ['heartbeat.{transaction}.{service}'],
    from: 'service',
    summary: 'The heartbeat of a service, every few seconds.',
    schema: heartbeatSchema,
  },
  state_request: {
    topics: ['state'],
    from: 'client',
    summary: 'A request to the provider: request, history, why, logs, top or figures.',
    schema: stateRequestSchema,
    answers: ['state_reply', 'command_reply'],
  },
  state_reply: {
    topics: ['state'],
    from: 'provider',
    summary: 'The reply to a request. Its `content` depends on the action, see below.',
    schema: stateReplySchema,
  },
  command_reply: {
    topics: ['state'],
    from: 'provider',
    summary: 'The reply to a command: reply_start, reply_stop, ...; also the reply to a rejected request.',
    schema: commandReplySchema,
  },
  host_notice: {
    topics: ['threads'],
    from: 'host',
    summary:
      'The runs of a host that takes commands, running or ended; for the provider only. The commands, on threads.{host}, are signed.',
    schema: hostNoticeSchema,
  },
  samples_request: {
    topics: ['samples.{transaction}'],
    from: 'client',
    summary: 'A request to the Monitor of a transaction for samples of a service. The reply is on `state`.',
    schema: samplesRequestSchema,
    answers: ['state_reply', 'command_reply'],
  },
  monitor: {
    topics: ['monitor'],
    from: 'Monitor',
    summary:
      'The resource usage of the services of a transaction, at the endpoint of the Monitor, without forwarder.',
    schema: monitorMessageSchema,
  },
} as const satisfies Readonly<Record<Message['kind'], Contract>>;

/** The `content` of a state_reply, by action. */
export const ANSWERS = {
  reply_context: {
    summary:
      'The status of the services of one transaction; without a transaction id, all transactions by id.',
    schema: z.union([transactionInfoSchema, z.record(z.string(), transactionInfoSchema)]),
  },
  reply_history: { summary: 'The history of a transaction.', schema: historyReplySchema },
  reply_why: {
    summary: 'The chain of causes that led to the present status of a service.',
    schema: historyReplySchema,
  },
  reply_logs: { summary: 'The log files of a service.', schema: logsReplySchema },
  reply_top: { summary: 'The resource usage of each service.', schema: topReplySchema },
  reply_figures: {
    summary: 'Statistics and resource usage of the provider itself.',
    schema: figuresReplySchema,
  },
  reply_samples: { summary: 'Samples of a service, from its Monitor.', schema: samplesReplySchema },
} as const satisfies Readonly<Record<string, { readonly summary: string; readonly schema: z.ZodType }>>;
