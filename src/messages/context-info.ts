// Topic `control`, action `update`: the state of all transactions of a provider, published after every change.

import * as z from 'zod';
import { RUN_TOKEN } from './run-identity.js';

const task = z.looseObject({
  service_id: z.string(),
  pid: z.number().int().nullable(),
  tid: z.number().int().optional().describe('The operating system id of a running thread in process `pid`.'),
  action: z.string().describe('The last reported action, or `defined`.'),
  state: z.enum(['success', 'in_progress', 'failed']),
  serviceName: z.string(),
  instance: z.string(),
  task: z.unknown(),
  status: z
    .string()
    .optional()
    .describe(
      'The status of the service: defined, starting, started, stopping, stopped, exited, failed or backoff.',
    ),
  run: z.number().int().optional().describe('The number of launches.'),
  run_token: z.string().optional().describe(RUN_TOKEN),
  restarts: z
    .number()
    .int()
    .optional()
    .describe('The number of restarts in this transaction, by command or transition: `run` - 1.'),
  key: z.string().optional().describe('In a reply of a secured provider: the public key of the task.'),
});
export type TaskInfo = z.infer<typeof task>;

export const transactionInfoSchema = z.looseObject({
  contextId: z.string(),
  contextName: z.string(),
  contextLogName: z.string(),
  configuration: z.looseObject({
    FrontEndEndpoint: z.string(),
    BackendEndpoint: z.string(),
    FrontBind: z.string(),
    BackendBind: z.string(),
  }),
  tasks: z.array(task),
  clients: z
    .array(z.string())
    .optional()
    .describe('In a reply of a secured provider: the public keys of the admitted clients.'),
});
/** One transaction: its context and the status of each service. */
export type TransactionInfo = z.infer<typeof transactionInfoSchema>;

export const contextInfoSchema = z.looseObject({
  header: z.looseObject({
    action: z.literal('update'),
    service_id: z.string(),
    service_name: z.string(),
    service_transaction: z.string(),
    sender: z.string().optional(),
  }),
  content: z.looseObject({
    status: z.looseObject({
      device_action: z.literal('context_info'),
      result: z.enum(['success', 'failure']),
      data: z.array(z.record(z.string(), transactionInfoSchema)),
    }),
  }),
});
export type ContextInfoBody = z.infer<typeof contextInfoSchema>;

export interface ContextInfoMessage extends ContextInfoBody {
  readonly kind: 'context_info';
}

export function composeContextInfo(
  contextId: string,
  transaction: string,
  infos: ReadonlyMap<string, TransactionInfo>,
  sender?: string,
): ContextInfoBody {
  const data = [...infos].map(([id, info]) => ({ [id]: info }));
  return {
    header: {
      action: 'update',
      service_id: contextId,
      service_name: 'context',
      service_transaction: transaction,
      ...(sender === undefined ? {} : { sender }),
    },
    content: { status: { device_action: 'context_info', result: 'success', data } },
  };
}
