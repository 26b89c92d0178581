// The records of a transaction as text: a line each, and what they led to.

import { historyReplySchema, type HistoryEntry } from '../../messages/history.js';
import type { Terminal } from '../terminal/terminal.js';
import { escapeLine } from '../terminal/escape.js';
import { createPaint, stateColour, type Colour, type Paint } from '../terminal/paint.js';

const KIND_COLOURS: Readonly<Record<HistoryEntry['kind'], Colour>> = {
  command: 'bold',
  event: 'green',
  transition: 'cyan',
  effect: 'grey',
};

/** Shows what `why` and `history` were answered. */
export function showHistory(terminal: Terminal, reply: unknown, json: boolean): void {
  if (json) {
    terminal.out(`${JSON.stringify(reply, undefined, 2)}\n`);
    return;
  }
  const paint = createPaint(terminal.colour);
  const { service_id: service, state, since, records } = historyReplySchema.parse(reply);
  for (const record of records) terminal.out(`${formatRecord(paint, record)}\n`);
  if (records.length === 0) terminal.out(`${describeNothing(service, state)}\n`);
  if (service === undefined || state === undefined || since === undefined) return;
  terminal.out(
    `so ${escapeLine(service)} is ${paint(state, stateColour(state))} since ${formatTime(since)}\n`,
  );
}

/** Of a service there is always something to say. */
function describeNothing(service: string | undefined, state: string | undefined): string {
  if (service === undefined) return 'nothing is recorded';
  if (state === 'defined') return `nothing has started ${service} yet: no command, no transition, no entry`;
  return `what led to the state of ${service} is older than the history that is kept`;
}

function formatRecord(paint: Paint, record: HistoryEntry): string {
  const { at, kind, service_id: service, text } = record;
  return `${paint(formatTime(at), 'grey')}  ${paint(kind.padEnd(10), KIND_COLOURS[kind])}  ${escapeLine(service).padEnd(12)}  ${escapeLine(text)}`;
}

/** Local time with milliseconds: what is close together is what is caused. */
function formatTime(iso: string): string {
  const at = new Date(iso);
  return `${at.toTimeString().slice(0, 8)}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}
