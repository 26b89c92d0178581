// The answers to `why` and `history` on topic `state`: what happened in a transaction, and what caused it.

import * as z from 'zod';

const historyRecord = z.looseObject({
  id: z.number().int(),
  at: z.string().describe('ISO time.'),
  kind: z
    .enum(['command', 'event', 'transition', 'effect'])
    .describe('command -> event -> transition -> effect -> event ...'),
  service_id: z.string().describe('The service it is about; blank for a command.'),
  text: z.string(),
  cause: z.number().int().describe('The id of the record that led to it; 0 for none.'),
});
export type HistoryEntry = z.infer<typeof historyRecord>;

export const historyReplySchema = z.looseObject({
  service_id: z.string().optional(),
  state: z.string().optional().describe('With `why`: where the service stands, and since when (ISO time).'),
  since: z.string().optional(),
  records: z.array(historyRecord),
});
export type HistoryReply = z.infer<typeof historyReplySchema>;
