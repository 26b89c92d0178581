// Everything that is said on the bus, as a table: topic, speaker, meaning, schema. What is published is made from it.

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
import { threadNoticeSchema } from './thread-notice.js';

export interface Contract {
  /** Variable parts in braces. */
  readonly topics: readonly string[];
  readonly from:
    'client' | 'provider' | 'service' | 'thread host' | 'Monitor' | 'client, provider' | 'provider, service';
  readonly summary: string;
  readonly schema: z.ZodType;
  /** The kinds of message that answer it. */
  readonly answers?: readonly Message['kind'][];
}

/** By kind; a kind of message without its line does not compile. */
export const CONTRACTS = {
  context_command: {
    topics: ['context'],
    from: 'client',
    summary: 'What a client asks of the provider: start, stop, restart, reload, validate, list or exit.',
    schema: contextCommandSchema,
    answers: ['command_reply'],
  },
  process_command: {
    topics: ['process', 'process.{transaction}.{service}'],
    from: 'client, provider',
    summary: 'What one service is told: the task service object of the context, its header filled in.',
    schema: processCommandSchema,
    answers: ['command_reply'],
  },
  service_event: {
    topics: ['control'],
    from: 'provider, service',
    summary: 'What happened to a service. `content.status` also holds whatever the task itself has to tell.',
    schema: serviceEventSchema,
  },
  context_info: {
    topics: ['control'],
    from: 'provider',
    summary: 'Where every service of every transaction stands, after each change.',
    schema: contextInfoSchema,
  },
  heartbeat: {
    topics: ['heartbeat.{transaction}.{service}'],
    from: 'service',
    summary: 'A service says, every few seconds, that it lives and how.',
    schema: heartbeatSchema,
  },
  state_request: {
    topics: ['state'],
    from: 'client',
    summary: 'A question to the provider: request, history, why, logs or top.',
    schema: stateRequestSchema,
    answers: ['state_reply', 'command_reply'],
  },
  state_reply: {
    topics: ['state'],
    from: 'provider',
    summary: 'The answer to a question: its `content` depends on the action, see below.',
    schema: stateReplySchema,
  },
  command_reply: {
    topics: ['state'],
    from: 'provider',
    summary: 'The answer to a command: reply_start, reply_stop, ...; also the refusal of a question.',
    schema: commandReplySchema,
  },
  thread_notice: {
    topics: ['threads'],
    from: 'thread host',
    summary:
      'Which threads run or have ended, for the provider alone; its orders, on threads.{host}, are signed.',
    schema: threadNoticeSchema,
  },
  samples_request: {
    topics: ['samples.{transaction}'],
    from: 'client',
    summary: 'A question to the Monitor of a transaction: what a service has cost; its answer is on `state`.',
    schema: samplesRequestSchema,
    answers: ['state_reply', 'command_reply'],
  },
  monitor: {
    topics: ['monitor'],
    from: 'Monitor',
    summary: 'What the services of a transaction cost; at the endpoint of the Monitor, without forwarder.',
    schema: monitorMessageSchema,
  },
} as const satisfies Readonly<Record<Message['kind'], Contract>>;

/** The `content` of a state_reply, by its action. */
export const ANSWERS = {
  reply_context: {
    summary: 'Where the services of one transaction stand; without its id, all transactions by theirs.',
    schema: z.union([transactionInfoSchema, z.record(z.string(), transactionInfoSchema)]),
  },
  reply_history: { summary: 'What happened in a transaction.', schema: historyReplySchema },
  reply_why: {
    summary: 'The chain of causes that led to where a service stands.',
    schema: historyReplySchema,
  },
  reply_logs: { summary: 'Where the log of a service lies.', schema: logsReplySchema },
  reply_top: { summary: 'What each service costs.', schema: topReplySchema },
  reply_figures: { summary: 'What the provider itself does and costs.', schema: figuresReplySchema },
  reply_samples: { summary: 'What a service has cost, by its Monitor.', schema: samplesReplySchema },
} as const satisfies Readonly<Record<string, { readonly summary: string; readonly schema: z.ZodType }>>;
