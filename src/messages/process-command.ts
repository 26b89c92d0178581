// Topic `process`: what one task service is told; the task service object itself, its header filled in.

import * as z from 'zod';
import type { TransactionId } from '../base/ids.js';
import type { TaskService } from '../model/context.js';

/** `acknowledge` tells a service that its last event has arrived, so that it can end. */
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
          .describe("The original's clients name the transaction like this on some paths."),
        message_id: z.string().optional(),
        sender: z.string().optional(),
        acknowledges: z
          .number()
          .int()
          .optional()
          .describe('With `acknowledge`: the seq of the event that has arrived.'),
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
