// Prints the logs of services: the last lines, and with --follow new lines until Ctrl-C.

import { stat } from 'node:fs/promises';
import { systemClock } from '../../base/clock.js';
import { asContextdError, ContextdError, EXIT } from '../../base/errors.js';
import type { Client } from '../../client/client.js';
import { LogSet, type ServiceLine } from '../../client/log-set.js';
import { onlyTransactionIn } from '../../client/replies.js';
import { logsReplySchema, type LogsReply } from '../../messages/logs.js';
import { readLineFilter, type LogArguments } from '../arguments/log-arguments.js';
import { escapeLine, escapeText } from '../terminal/escape.js';
import { createPaint, type Colour } from '../terminal/paint.js';
import type { Terminal } from '../terminal/terminal.js';

/** Throws SVC_LOG_UNREADABLE, and the provider's errors. */
export async function showLogs(client: Client, args: LogArguments, terminal: Terminal): Promise<number> {
  const source = await findSource(client, args);
  const print = createPrinter(args, source, terminal);
  const logs = new LogSet({
    ...readLineFilter(args, systemClock.now()),
    lines: args.lines,
    onGap: (service) =>
      print.note(service, 'lines may be missing: the log was rotated before they were read'),
  });
  try {
    const replies = await openAll(client, source, logs);
    const printNotes = async () => {
      for (const reply of replies)
        for (const text of await describeLoss(reply)) print.note(reply.service_id, text);
    };
    if (args.follow) await printNotes();
    for (const line of await logs.readLast(args.follow)) print.line(line);
    if (!args.follow) await printNotes();
    else {
      const signal = AbortSignal.any([terminal.signal, terminal.closed]);
      for await (const line of logs.follow(signal, () => openNew(client, source, logs))) print.line(line);
    }
  } finally {
    await logs.close();
  }
  return EXIT.done;
}

interface Source {
  readonly transaction: string;
  /** The ids that are named; empty for all services of the transaction. */
  readonly wanted: readonly string[];
  readonly services: readonly string[];
}

async function findSource(client: Client, args: LogArguments): Promise<Source> {
  const { service_id: id, services: named, transaction } = args;
  const wanted = named.length === 0 && id !== '' ? [id] : named;
  if (wanted.length === 1) return { transaction, wanted, services: wanted };
  return { ...(await listServices(client, transaction)), wanted };
}

async function listServices(client: Client, name: string): Promise<Omit<Source, 'wanted'>> {
  const answer = await client.command({ action: 'list' });
  const transaction = name === '' ? onlyTransactionIn(answer) : name;
  const found = answer.status.transactions?.find((each) => each.transaction === transaction);
  return { transaction, services: (found?.services ?? []).map(({ service_id: id }) => id) };
}

/** Opens the logs of the services that have run. Throws SVC_LOG_UNREADABLE if none of them has. */
async function openAll(client: Client, source: Source, logs: LogSet): Promise<readonly LogsReply[]> {
  const { transaction, wanted, services } = source;
  const ids = wanted.length === 0 ? services : wanted;
  const found = await Promise.all(ids.map((id) => openLog(client, { transaction, id }, logs)));
  const replies = found.flatMap((each) => (each instanceof ContextdError ? [] : [each]));
  const [error] = found.filter((each) => each instanceof ContextdError);
  const isFatal = error !== undefined && (replies.length === 0 || error.code !== 'SVC_LOG_UNREADABLE');
  if (isFatal) throw error;
  return replies;
}

async function openLog(
  client: Client,
  { transaction, id }: { readonly transaction: string; readonly id: string },
  logs: LogSet,
): Promise<LogsReply | ContextdError> {
  try {
    const reply = logsReplySchema.parse(await client.request(transaction, { action: 'logs', serviceId: id }));
    await logs.open(id, reply.files.at(-1) ?? '');
    return reply;
  } catch (error) {
    return asContextdError(error);
  }
}

/** Opens the logs of services that have run for the first time. */
async function openNew(client: Client, { transaction, wanted }: Source, logs: LogSet): Promise<void> {
  try {
    const { services } = await listServices(client, transaction);
    const ids = services.filter((id) => !logs.has(id) && (wanted.length === 0 || wanted.includes(id)));
    await Promise.all(ids.map((id) => openLog(client, { transaction, id }, logs)));
  } catch {
    // The provider has ended; the logs that are open may still grow.
  }
}

interface Printer {
  line(line: ServiceLine): void;
  note(service: string, text: string): void;
}

const COLOURS: readonly Colour[] = ['cyan', 'yellow', 'green', 'magenta', 'blue'];

/** Lines begin with the name of their service, unless one service is named. */
function createPrinter(
  { json, raw }: LogArguments,
  { wanted, services }: Source,
  terminal: Terminal,
): Printer {
  const isOne = wanted.length === 1;
  const paint = createPaint(terminal.colour);
  const width = Math.max(0, ...(wanted.length === 0 ? services : wanted).map((id) => escapeLine(id).length));
  const names = new Map<string, string>();
  const prefixOf = (service: string) => {
    if (isOne) return '';
    const known = names.get(service);
    if (known !== undefined) return known;
    const colour = COLOURS[names.size % COLOURS.length] ?? 'grey';
    const prefix = `${paint(escapeLine(service).padEnd(width), colour)} | `;
    names.set(service, prefix);
    return prefix;
  };
  return {
    line: ({ service, line }) => {
      if (json) terminal.out(`${JSON.stringify(isOne ? { line } : { service, line })}\n`);
      else if (raw) terminal.raw(`${prefixOf(service)}${line}\n`);
      else terminal.out(`${prefixOf(service)}${formatLogLine(line)}\n`);
    },
    note: (service, text) => terminal.err(`  ${isOne ? '' : `${service}: `}${text}\n`),
  };
}

/** Escapes colours too: otherwise a task could imitate lines of contextd. */
export function formatLogLine(line: string): string {
  return escapeText(line);
}

/** Output that is not in the log. */
async function describeLoss({ out, lost }: LogsReply): Promise<readonly string[]> {
  const notes: string[] = [];
  const size = await stat(out).then(
    (file) => file.size,
    () => 0,
  );
  if (size > 0) notes.push(`${size} bytes of output are not in the log but in ${out}`);
  if (lost !== undefined) notes.push(`${lost.lines} lines of the current run were lost: ${lost.code}`);
  return notes;
}
