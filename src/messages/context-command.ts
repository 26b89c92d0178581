// Topic `context`: commands from clients to the provider.

import * as z from 'zod';

export const CONTEXT_ACTIONS = [
  'start',
  'stop',
  'restart',
  'reload',
  'forget',
  'validate',
  'list',
  'exit',
] as const;
export type ContextAction = (typeof CONTEXT_ACTIONS)[number];

export const contextCommandSchema = z.looseObject({
  header: z.looseObject({
    action: z.string(),
    service_id: z.string().default('').describe('The ContextID, or the id of one task service.'),
    service_name: z
      .string()
      .default('context')
      .describe('`context`, or `all` to stop every service of the transaction.'),
    service_transaction: z
      .string()
      .optional()
      .describe(
        'If left out: the only running transaction, or the only existing one. `start` of a context then restarts its ' +
          'stopped transaction; with a blank value it creates a new one.',
      ),
    transaction: z.string().optional().describe('Used if `service_transaction` is left out.'),
    message_id: z
      .string()
      .optional()
      .describe(
        'Unique. A command with the same id is executed only once. Clients of the original send no id.',
      ),
    sender: z.string().optional(),
  }),
  content: z
    .looseObject({
      configuration: z
        .unknown()
        .optional()
        .describe('A context configuration as in the XML; left out if the provider has it already.'),
      dry_run: z.boolean().optional().describe('With `reload`: only report what would change.'),
    })
    .default({ configuration: undefined }),
});
export type ContextCommandBody = z.infer<typeof contextCommandSchema>;

/** Copies `transaction` to `service_transaction`, so that the command never reaches another transaction. */
export function withTransactionNamed(body: ContextCommandBody): ContextCommandBody {
  const { service_transaction: named, transaction = named } = body.header;
  if (named !== undefined || transaction === undefined) return body;
  return { ...body, header: { ...body.header, service_transaction: transaction } };
}

export interface ContextCommand extends ContextCommandBody {
  readonly kind: 'context_command';
}
