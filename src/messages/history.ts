// The replies to `why` and `history` on topic `state`: what happened in a transaction, with causes.

import * as z from 'zod';

const historyRecord = z.looseObject({
  id: z.number().int(),
  at: z.string().describe('ISO time.'),
  kind: z
    .enum(['command', 'event', 'transition', 'effect'])
    .describe('command -> event -> transition -> effect -> event ...'),
  service_id: z.string().describe('The service; blank for a command.'),
  text: z.string(),
  cause: z.number().int().describe('The id of the record that caused it; 0 if there is no cause.'),
});
export type HistoryEntry = z.infer<typeof historyRecord>;

export const historyReplySchema = z.looseObject({
  service_id: z.string().optional(),
  state: z.string().optional().describe('With `why`: the status of the service; `since` is its ISO time.'),
  since: z.string().optional(),
  records: z.array(historyRecord),
});
export type HistoryReply = z.infer<typeof historyReplySchema>;
