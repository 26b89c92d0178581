// History records: data, their lines of text, and records of earlier versions, which have only the text.

import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  composeEntry,
  describeRecord,
  historyRecordSchema,
  historyReplySchema,
  type HistoryFact,
} from '../../../src/messages/history.js';

const transition = { kind: 'transition', service: 'a', trigger: 'on_exit' } as const;
const kill = { kind: 'effect', service: 'a', action: 'kill' } as const;

const LINES: readonly (readonly [string, HistoryFact])[] = [
  ['start (m-1)', { kind: 'command', action: 'start', message_id: 'm-1' }],
  ['started', { kind: 'event', service: 'a', action: 'started' }],
  ['failed: no disk', { kind: 'event', service: 'a', action: 'failed', reason: 'error', message: 'no disk' }],
  ['found alive (pid 7)', { kind: 'event', service: 'a', action: 'adopted', pid: 7 }],
  ['not found by the new provider', { kind: 'event', service: 'a', action: 'missing' }],
  ['on_exit: start b', { ...transition, action: 'start', target: 'b', outcome: 'done' }],
  ['on_exit: stop b (already stopped)', { ...transition, action: 'stop', target: 'b', outcome: 'stopped' }],
  ['on_exit: start b (it has given up)', { ...transition, action: 'start', target: 'b', outcome: 'gave_up' }],
  ['launch', { kind: 'effect', service: 'a', action: 'launch' }],
  ['killed 7 (x), 8 (y)', { ...kill, outcome: 'done', processes: ['7 (x)', '8 (y)'] }],
  ['could not end 7 (x)', { ...kill, outcome: 'failed', processes: ['7 (x)'] }],
  ['back off for 500 ms', { kind: 'effect', service: 'a', action: 'backoff', delay_ms: 500 }],
  ['back-off ends with the new provider', { kind: 'effect', service: 'a', action: 'end_backoff' }],
];

/** The schema by which clients of the previous version check a reply. */
const previousReply = z.looseObject({
  records: z.array(
    z.looseObject({
      id: z.number().int(),
      at: z.string(),
      kind: z.enum(['command', 'event', 'transition', 'effect']),
      service_id: z.string(),
      text: z.string(),
      cause: z.number().int(),
    }),
  ),
});

describe('a record', () => {
  it.each(LINES)('is shown as "%s"', (line, fact) => {
    expect(describeRecord(fact)).toBe(line);
    const record = historyRecordSchema.parse({ id: 2, atMs: 1000, cause: 1, ...fact });
    expect(record).toEqual({ id: 2, atMs: 1000, cause: 1, ...fact });
    const { service = '', ...rest } = fact;
    expect(composeEntry(record)).toEqual({
      ...{ id: 2, at: '1970-01-01T00:00:01.000Z', cause: 1, service_id: service, text: line },
      ...rest,
    });
  });

  it('in a reply is readable for clients of the previous version', () => {
    const records = LINES.map(([, fact], index) =>
      composeEntry({ id: index + 1, atMs: 0, cause: index, ...fact }),
    );
    const read = previousReply.parse(JSON.parse(JSON.stringify({ records })));
    expect(read.records.map(({ text }) => text)).toEqual(LINES.map(([line]) => line));
  });

  it('of the previous version is shown with its text', () => {
    const record = historyRecordSchema.parse({
      ...{ id: 1, atMs: 0, cause: 0, kind: 'command', text: 'start (m-1)' },
    });
    expect(describeRecord(record)).toBe('start (m-1)');
    const reply = historyReplySchema.parse({ records: [composeEntry(record)] });
    expect(reply.records.map(describeRecord)).toEqual(['start (m-1)']);
  });
});
