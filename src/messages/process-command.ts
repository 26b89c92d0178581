// Topic `process`: commands to one task service. The body is the task service object with its header filled in.

import * as z from 'zod';
import type { TransactionId } from '../base/ids.js';
import type { TaskService } from '../model/context.js';

/** `acknowledge` confirms the final event of a service, so that its host can exit. */
export const PROCESS_ACTIONS = ['start', 'stop', 'restart', 'acknowledge'] as const;
export type ProcessAction = (typeof PROCESS_ACTIONS)[number];

export const processCommandSchema = z.looseObject({
  id: z.string().optional(),
  instance: z.string().optional(),
  Task: z.looseObject({
    message: z.looseObject({
      header: z.looseObject({
        action: z.string(),
        service_id: z.string(),
        service_name: z.string().default(''),
        transaction: z.string().optional(),
        service_transaction: z
          .string()
          .optional()
          .describe('Some clients of the original use this field for the transaction.'),
        message_id: z.string().optional(),
        sender: z.string().optional(),
        acknowledges: z
          .number()
          .int()
          .optional()
          .describe('With `acknowledge`: the seq of the received event.'),
      }),
      content: z.looseObject({ configuration: z.record(z.string(), z.unknown()).default({}) }).optional(),
    }),
  }),
});
export type ProcessCommandBody = z.infer<typeof processCommandSchema>;

export interface ProcessCommand extends ProcessCommandBody {
  readonly kind: 'process_command';
}

export interface ProcessCommandParts {
  readonly action: ProcessAction;
  readonly service: TaskService;
  readonly transaction: TransactionId;
  readonly messageId: string;
  readonly sender: string;
  readonly acknowledges?: number;
}

export function composeProcessCommand(parts: ProcessCommandParts): ProcessCommandBody {
  const { service } = parts;
  const { message } = service.Task;
  const header = {
    ...message.header,
    action: parts.action,
    service_id: service.id,
    transaction: parts.transaction,
    message_id: parts.messageId,
    sender: parts.sender,
    ...(parts.acknowledges === undefined ? {} : { acknowledges: parts.acknowledges }),
  };
  return { ...service, Task: { ...service.Task, message: { ...message, header } } };
}
