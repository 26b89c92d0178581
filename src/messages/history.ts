// The history of a transaction as data: what happened, with causes. Also the replies to `why` and `history`.

import * as z from 'zod';
import { TRIGGERS } from '../model/context.js';

const fields = {
  id: z.number().int(),
  kind: z
    .enum(['command', 'event', 'transition', 'effect'])
    .describe('command -> event -> transition -> effect -> event ...'),
  cause: z.number().int().describe('The id of the record that caused it; 0 if there is no cause.'),
  action: z
    .string()
    .optional()
    .describe(
      'command, transition: start, stop, restart. event: as on `control`, also adopted and missing (by a new provider). ' +
        'effect: launch, stop, kill, restart (by <restart>), backoff, end_backoff. Missing in records of earlier versions, which have only `text`.',
    ),
  trigger: z.enum(TRIGGERS).optional().describe('Of a transition.'),
  target: z.string().optional().describe('Of a transition: the service that it starts, stops or restarts.'),
  outcome: z
    .string()
    .optional()
    .describe(
      'transition: done; gave_up, or the status that the target had already, if it changed nothing. kill: done or failed.',
    ),
  reason: z.string().optional().describe('Of an event: as `reason` of the event on `control`.'),
  message: z.string().optional().describe('Of an event: its error, or the limit that was exceeded.'),
  message_id: z.string().optional().describe('Of a command.'),
  pid: z.number().int().optional().describe('Of the event adopted.'),
  processes: z.array(z.string()).readonly().optional().describe('Of the effect kill: `pid (name)`.'),
  delay_ms: z.number().optional().describe('Of the effect backoff.'),
};

/** A record as it is kept and journaled. `text` is all that journals of earlier versions have of it. */
export const historyRecordSchema = z.object({
  ...fields,
  atMs: z.number(),
  service: z.string().optional(),
  text: z.string().optional(),
});
/** One link in the chain of causes. */
export type HistoryRecord = z.infer<typeof historyRecordSchema>;
/** What a record says; the time and the ids are added to it. */
export type HistoryFact = Omit<HistoryRecord, 'id' | 'atMs' | 'cause' | 'text'>;

const entry = z.looseObject({
  ...fields,
  at: z.string().describe('ISO time.'),
  service_id: z.string().describe('The service; blank for a command.'),
  text: z.string().describe('The record as a line of text, for clients of earlier versions.'),
});
export type HistoryEntry = z.infer<typeof entry>;

export const historyReplySchema = z.looseObject({
  service_id: z.string().optional(),
  state: z.string().optional().describe('With `why`: the status of the service; `since` is its ISO time.'),
  since: z.string().optional(),
  records: z.array(entry),
});
export type HistoryReply = z.infer<typeof historyReplySchema>;

/** The record in a reply. */
export function composeEntry({ atMs, service = '', ...rest }: HistoryRecord): HistoryEntry {
  return { ...rest, at: new Date(atMs).toISOString(), service_id: service, text: describeRecord(rest) };
}

/** For example `start (m-1)`, `failed: ...`, `on_exit: start b (already started)`, `back off for 500 ms`. */
export function describeRecord(fact: HistoryFact & Pick<HistoryRecord, 'text'>): string {
  const { kind, action, text } = fact;
  if (action === undefined) return text ?? '';
  switch (kind) {
    case 'command':
      return `${action} (${fact.message_id ?? ''})`;
    case 'event':
      return describeEvent(action, fact);
    case 'transition':
      return `${fact.trigger ?? ''}: ${action} ${fact.target ?? ''}${describeOutcome(fact.outcome)}`;
    case 'effect':
      return describeEffect(action, fact);
  }
}

function describeEvent(action: string, { pid, message }: HistoryFact): string {
  if (action === 'adopted') return `found alive (pid ${pid ?? '?'})`;
  if (action === 'missing') return 'not found by the new provider';
  return message === undefined ? action : `${action}: ${message}`;
}

function describeOutcome(outcome: string | undefined): string {
  if (outcome === undefined || outcome === 'done') return '';
  return outcome === 'gave_up' ? ' (it has given up)' : ` (already ${outcome})`;
}

function describeEffect(action: string, { outcome, processes = [], delay_ms: delayMs }: HistoryFact): string {
  const names = processes.join(', ');
  switch (action) {
    case 'kill':
      return outcome === 'failed' ? `could not end ${names}` : `killed ${names}`;
    case 'restart':
      return 'restart, as <restart> of its supervision says';
    case 'backoff':
      return `back off for ${delayMs ?? 0} ms`;
    case 'end_backoff':
      return 'back-off ends with the new provider';
    default:
      return action;
  }
}
