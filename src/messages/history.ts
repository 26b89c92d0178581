// The answers to `why` and `history` on topic `state`: what happened in a transaction, and what caused it.

import * as z from 'zod';

const historyRecord = z.looseObject({
  id: z.number().int(),
  /** ISO time. */
  at: z.string(),
  /** command -> event -> transition -> effect -> event ... */
  kind: z.enum(['command', 'event', 'transition', 'effect']),
  /** The service it is about; blank for a command. */
  service_id: z.string(),
  text: z.string(),
  /** The id of the record that led to it; 0 for none. */
  cause: z.number().int(),
});
export type HistoryEntry = z.infer<typeof historyRecord>;

export const historyReplySchema = z.looseObject({
  service_id: z.string().optional(),
  /** With `why`: where the service stands, and since when (ISO time). */
  state: z.string().optional(),
  since: z.string().optional(),
  records: z.array(historyRecord),
});
export type HistoryReply = z.infer<typeof historyReplySchema>;
