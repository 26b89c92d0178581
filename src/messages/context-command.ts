// Topic `context`: what a client asks of the provider.

import * as z from 'zod';

export const CONTEXT_ACTIONS = ['start', 'stop', 'restart', 'reload', 'validate', 'list', 'exit'] as const;
export type ContextAction = (typeof CONTEXT_ACTIONS)[number];

export const contextCommandSchema = z.looseObject({
  header: z.looseObject({
    action: z.string(),
    /** The ContextID, or the id of one task service. */
    service_id: z.string().default(''),
    /** `context`, or `all` to stop every service of the transaction. */
    service_name: z.string().default('context'),
    service_transaction: z.string().default(''),
    /** Unique; the same id is executed once, however often it is sent. The original's clients send none. */
    message_id: z.string().optional(),
    sender: z.string().optional(),
  }),
  content: z
    .looseObject({
      /** A context configuration as in the XML; blank when the provider knows it already. */
      configuration: z.unknown(),
      /** With `reload`: only say what would change. */
      dry_run: z.boolean().optional(),
    })
    .default({ configuration: undefined }),
});
export type ContextCommandBody = z.infer<typeof contextCommandSchema>;

export interface ContextCommand extends ContextCommandBody {
  readonly kind: 'context_command';
}
