// Describes a message of the bus in one line, and applies the filters of context_display.

import type { BusEvent } from '../../client/follow.js';
import type { Message } from '../../messages/message.js';
import type { ServiceSample } from '../../messages/samples.js';
import { describeEvent } from './describe-event.js';
import { escapeLine } from '../terminal/escape.js';
import { stateColour, type Paint } from '../terminal/paint.js';

export interface MessageFilter {
  readonly transaction: string | undefined;
  readonly service_id: string | undefined;
  readonly action: readonly string[];
}

interface Facts {
  readonly action: string;
  readonly service: string;
  readonly transaction: string;
  readonly text: string;
  readonly colour: string;
}

/** Splits a message about several services into one per service. */
export function splitBusEvent(event: BusEvent): readonly BusEvent[] {
  if (event.kind !== 'message' || event.message.kind !== 'monitor') return [event];
  return Object.entries(event.message.transactions).flatMap(([transaction, samples]) =>
    samples.map((sample) => {
      const transactions = { [transaction]: [sample] };
      return { ...event, message: { kind: 'monitor', transactions } as const, body: transactions };
    }),
  );
}

export function matchesFilter(event: BusEvent, filter: MessageFilter): boolean {
  if (event.kind === 'gap') return filter.service_id === undefined || event.service === filter.service_id;
  const facts = event.kind === 'message' ? factsOf(event.message) : undefined;
  if (filter.transaction !== undefined && facts?.transaction !== filter.transaction) return false;
  if (filter.service_id !== undefined && facts?.service !== filter.service_id) return false;
  return filter.action.length === 0 || (facts !== undefined && filter.action.includes(facts.action));
}

/** `topic  service  text  (transaction)`. Escapes all text from other processes. */
export function describeBusEvent(event: BusEvent, paint: Paint): string {
  const topic = paint(escapeLine(event.topic).padEnd(8), 'blue');
  if (event.kind === 'gap') {
    return `${topic}  ${escapeLine(event.service).padEnd(12)}  ${paint(`${event.missed} events were missed`, 'red')}`;
  }
  if (event.kind === 'other') return `${topic}  ${paint(event.reason, 'red')}`;
  const { service, text, transaction, colour } = factsOf(event.message);
  const where = transaction === '' ? '' : paint(` (${transaction})`, 'grey');
  return `${topic}  ${escapeLine(service).padEnd(12)}  ${paint(text, stateColour(colour))}${where}`;
}

function factsOf(message: Message): Facts {
  switch (message.kind) {
    case 'process_command': {
      const { header } = message.Task.message;
      const transaction = header.transaction ?? header.service_transaction ?? '';
      return facts({ ...header, service_transaction: transaction }, header.action);
    }
    case 'service_event':
      return facts(message.header, describeEvent(message));
    case 'command_reply': {
      const { result, error } = message.content.status;
      const text = `${message.header.action}: ${result}${error === undefined ? '' : `, ${error.message}`}`;
      return { ...facts(message.header, text), colour: result };
    }
    case 'context_info': {
      const { length } = message.content.status.data;
      return facts(message.header, length === 1 ? 'context_info' : `context_info of ${length} transactions`);
    }
    case 'heartbeat': {
      const { state, event_loop_lag_ms: lag } = message.content;
      return facts({ action: 'heartbeat', ...message.header }, `heartbeat: ${state}, lag ${lag} ms`);
    }
    case 'host_notice': {
      const { action } = message.header;
      const text = `${message.content.threads.length} threads ${action}`;
      return facts({ action, service_id: '', service_transaction: '' }, text);
    }
    case 'monitor': {
      const [transaction = '', [sample] = []] = Object.entries(message.transactions)[0] ?? [];
      const service = sample?.serviceId ?? '';
      const text = sample === undefined ? 'no service' : describeSample(sample);
      return { action: 'monitor', service, transaction, text, colour: sample?.state ?? '' };
    }
    case 'context_command':
    case 'samples_request':
    case 'state_request':
    case 'state_reply':
      return facts(message.header, message.header.action);
  }
}

/** `pid 4711  cpu 1.5 %  rss 46.1 MiB  vms 604.2 MiB  ...`, of the service including its descendants. */
function describeSample({ pid, status, total, children, fds }: ServiceSample): string {
  const parts = [
    `pid ${pid}`,
    ...(total.cpu === undefined ? [] : [`cpu ${total.cpu.toFixed(1)} %`]),
    `rss ${total.rss.toFixed(1)} MiB`,
    `vms ${total.vms.toFixed(1)} MiB`,
    `mem ${total.percent.toFixed(1)} %`,
    ...(total.threads === undefined ? [] : [`threads ${total.threads}`]),
    ...(fds === undefined ? [] : [`fds ${total.fds ?? fds}`]),
    `children ${children.length}`,
    status,
  ];
  return parts.join('  ');
}

interface HeaderFacts {
  readonly action: string;
  readonly service_id: string;
  readonly service_transaction?: string | undefined;
}

function facts(header: HeaderFacts, text: string): Facts {
  const { action, service_id: service, service_transaction: transaction = '' } = header;
  return { action, service, transaction, text, colour: action };
}
