// Prints the answer to a command: a line per service, warnings and errors; returns the exit code.

import { ERROR_CODES, EXIT } from '../../base/errors.js';
import type { CommandAnswer } from '../../client/client.js';
import type { ServiceResult } from '../../messages/state.js';
import type { Terminal } from '../terminal/terminal.js';
import { describePlace } from './describe-event.js';
import { escapeLine } from '../terminal/escape.js';
import { createPaint, stateColour, type Paint } from '../terminal/paint.js';
import { formatTable } from './table.js';

export interface AnswerView {
  readonly action: string;
  readonly json: boolean;
  readonly answer: CommandAnswer;
}

export function showAnswer(terminal: Terminal, { action, json, answer }: AnswerView): number {
  const { status, transaction } = answer;
  if (json) {
    terminal.out(`${JSON.stringify({ transaction, ...status }, undefined, 2)}\n`);
    return exitCodeOf(answer);
  }
  const paint = createPaint(terminal.colour);
  if (action === 'list') showTransactions(terminal, paint, status.transactions ?? []);
  else showServices(terminal, paint, answer, action);
  for (const warning of status.warnings ?? []) terminal.err(`warning: ${escapeLine(warning)}\n`);
  for (const error of [...(status.faults ?? []), ...(status.error === undefined ? [] : [status.error])]) {
    const { code, message, hint } = error;
    terminal.err(`error ${code}: ${escapeLines(`${message}${describePlace(error)}`)}\n`);
    if (hint !== undefined) terminal.err(`  hint: ${escapeLines(hint)}\n`);
  }
  return exitCodeOf(answer);
}

/** Prints the context information of one transaction, or of all. */
export function showInfo(terminal: Terminal, info: unknown, json: boolean): void {
  if (json || typeof info !== 'object' || info === null) {
    terminal.out(`${JSON.stringify(info, undefined, 2)}\n`);
    return;
  }
  const paint = createPaint(terminal.colour);
  const transactions = 'tasks' in info ? [['', info] as const] : Object.entries(info);
  if (transactions.length === 0) terminal.out('no transactions\n');
  for (const [id, each] of transactions) {
    const { contextId, tasks } = each as { contextId: string; tasks: readonly TaskLine[] };
    terminal.out(`${paint([contextId, id].filter((part) => part !== '').join(' '), 'bold')}\n`);
    const rows = tasks.map(({ service_id: id, pid, action, status = '', instance, state }) => {
      return { id, pid, state: status, colour: state, rest: `${instance}, last ${action}` };
    });
    terminal.out(formatRows(paint, rows));
  }
}

interface TaskLine {
  readonly service_id: string;
  readonly pid: number | null;
  readonly action: string;
  readonly state: string;
  readonly status?: string;
  readonly instance: string;
}

function showServices(terminal: Terminal, paint: Paint, answer: CommandAnswer, action: string): void {
  const { transaction, status } = answer;
  if (transaction !== '') terminal.out(`transaction ${paint(transaction, 'bold')}\n`);
  const plan = Object.entries(status.plan ?? {})
    .filter(([, ids]) => ids.length > 0)
    .map(([change, ids]) => [change, formatIds(change, ids, status.reasons)]);
  const clients = Object.entries(status.clients ?? {}).flatMap(([change, names]) =>
    Array.isArray(names) && names.length > 0 ? [[`client ${change}`, names.join(' ')]] : [],
  );
  for (const [rows, width] of [
    [plan, ID_WIDTH],
    [clients, CLIENT_WIDTH],
  ] as const)
    terminal.out(formatLines(formatTable([{ width }, {}], rows, { paint, indent: '  ' })));
  terminal.out(formatServices(paint, status.services));
  if (status.result !== 'success') return;
  if (action === 'exit') terminal.out('the provider exits\n');
  else if (action === 'forget') terminal.out('the transaction is forgotten\n');
  else if (action === 'validate') terminal.out('the configuration is valid\n');
  else if (status.plan === undefined && status.services.length === 0)
    terminal.out(`${action}: nothing to do\n`);
}

/** Only the number of unchanged services if there are many; --json lists them all. */
function formatIds(
  change: string,
  ids: readonly string[],
  reasons: CommandAnswer['status']['reasons'],
): string {
  if (change === 'unchanged' && ids.length > MOST_UNCHANGED) return `${ids.length} services`;
  const withReasons = (id: string) =>
    reasons?.[id] === undefined ? id : `${id} (${reasons[id].join(', ')})`;
  return ids.map(withReasons).join(' ');
}

function showTransactions(
  terminal: Terminal,
  paint: Paint,
  transactions: NonNullable<CommandAnswer['status']['transactions']>,
): void {
  if (transactions.length === 0) terminal.out('no transactions\n');
  for (const { transaction, context_id: contextId, services } of transactions) {
    terminal.out(`${paint(transaction, 'bold')} ${escapeLine(contextId)}\n`);
    terminal.out(formatServices(paint, services));
  }
}

function formatServices(paint: Paint, services: readonly ServiceResult[]): string {
  const rows = services.map(({ service_id: id, state, pid, elapsed_ms: elapsed, error }) => {
    const time = elapsed === undefined ? '' : `${Math.round(elapsed)} ms`;
    const reason = error === undefined ? '' : `  ${error.message}${describePlace(error)}`;
    return { id, pid, state, colour: state, rest: `${time}${reason}` };
  });
  return formatRows(paint, rows);
}

interface Row {
  readonly id: string;
  readonly pid: number | null;
  readonly state: string;
  readonly colour: string;
  readonly rest: string;
}

const ID_WIDTH = 12;
const CLIENT_WIDTH = 16;
const MOST_UNCHANGED = 10;

/** A line per service, in columns. */
function formatRows(paint: Paint, rows: readonly Row[]): string {
  const cells = rows.map(({ id, pid, state, colour, rest }) => [
    id,
    { text: state, colour: stateColour(colour) },
    pid === null ? '' : `pid ${pid}`,
    rest,
  ]);
  return formatLines(
    formatTable([{ width: ID_WIDTH }, { width: 8 }, { width: 11 }, {}], cells, { paint, indent: '  ' }),
  );
}

function formatLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** Escapes all but line ends: the faults of a file are on several lines. */
function escapeLines(text: string): string {
  return text.split('\n').map(escapeLine).join('\n');
}

export function exitCodeOf({ status }: CommandAnswer): number {
  if (status.result === 'success') return status.faults === undefined ? EXIT.done : EXIT.failed;
  const code = status.error?.code ?? '';
  return Object.hasOwn(ERROR_CODES, code)
    ? ERROR_CODES[code as keyof typeof ERROR_CODES].exitCode
    : EXIT.failed;
}
