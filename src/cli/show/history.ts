// Prints the records of a transaction, a line each, and the resulting state.

import { describeRecord, historyReplySchema, type HistoryEntry } from '../../messages/history.js';
import type { Terminal } from '../terminal/terminal.js';
import { escapeLine } from '../terminal/escape.js';
import { createPaint, stateColour, type Colour } from '../terminal/paint.js';
import { formatTable, type Cell } from './table.js';

const KIND_COLOURS: Readonly<Record<HistoryEntry['kind'], Colour>> = {
  command: 'bold',
  event: 'green',
  transition: 'cyan',
  effect: 'grey',
};

/** Prints the answer to `why` and `history`. */
export function showHistory(terminal: Terminal, reply: unknown, json: boolean): void {
  if (json) {
    terminal.out(`${JSON.stringify(reply, undefined, 2)}\n`);
    return;
  }
  const paint = createPaint(terminal.colour);
  const { service_id: service, state, since, records } = historyReplySchema.parse(reply);
  for (const line of formatTable(COLUMNS, records.map(formatRecord), { paint })) terminal.out(`${line}\n`);
  if (records.length === 0) terminal.out(`${describeEmpty(service, state)}\n`);
  if (service === undefined || state === undefined || since === undefined) return;
  terminal.out(`${escapeLine(service)} is ${paint(state, stateColour(state))} since ${formatTime(since)}\n`);
}

function describeEmpty(service: string | undefined, state: string | undefined): string {
  if (service === undefined) return 'no records';
  if (state === 'defined')
    return `${service} has not been started yet by a command, a transition or its entry`;
  return `the cause of the state of ${service} is older than the recorded history`;
}

const COLUMNS = [{}, { width: 10 }, { width: 12 }, {}];

function formatRecord(record: HistoryEntry): readonly Cell[] {
  const { at, kind, service_id: service } = record;
  return [
    { text: formatTime(at), colour: 'grey' },
    { text: kind, colour: KIND_COLOURS[kind] },
    service,
    describeRecord(record),
  ];
}

/** Local time with milliseconds, because cause and effect are often close together. */
function formatTime(iso: string): string {
  const at = new Date(iso);
  return `${at.toTimeString().slice(0, 8)}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}
