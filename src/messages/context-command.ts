// Topic `context`: what a client asks of the provider.

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
        'Left out, the one that can be meant: the only one that runs, or the only one there is. A `start` of a context ' +
          'then starts its stopped one again; with a blank one it makes a new one.',
      ),
    transaction: z
      .string()
      .optional()
      .describe('As `service_transaction`, which it stands for when that one is left out.'),
    message_id: z
      .string()
      .optional()
      .describe(
        "Unique; the same id is executed once, however often it is sent. The original's clients send none.",
      ),
    sender: z.string().optional(),
  }),
  content: z
    .looseObject({
      configuration: z
        .unknown()
        .optional()
        .describe('A context configuration as in the XML; blank when the provider knows it already.'),
      dry_run: z.boolean().optional().describe('With `reload`: only say what would change.'),
    })
    .default({ configuration: undefined }),
});
export type ContextCommandBody = z.infer<typeof contextCommandSchema>;

/** A command that names its transaction only as commands to services do must never reach another one. */
export function withTransactionNamed(body: ContextCommandBody): ContextCommandBody {
  const { service_transaction: named, transaction = named } = body.header;
  if (named !== undefined || transaction === undefined) return body;
  return { ...body, header: { ...body.header, service_transaction: transaction } };
}

export interface ContextCommand extends ContextCommandBody {
  readonly kind: 'context_command';
}
