// A provider's answer as text: a line per service, the error if there is one, and the exit code.

import { ERROR_CODES, EXIT } from '../base/errors.js';
import type { CommandAnswer } from '../client/client.js';
import type { ServiceResult } from '../messages/state.js';
import type { Terminal } from './command.js';
import { describePlace } from './describe-event.js';
import { createPaint, stateColour, type Paint } from './paint.js';

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
  if (status.error !== undefined) {
    terminal.err(`error ${status.error.code}: ${status.error.message}${describePlace(status.error)}\n`);
    if (status.error.hint !== undefined) terminal.err(`  hint: ${status.error.hint}\n`);
  }
  return exitCodeOf(answer);
}

/** What an answer that names no service says nevertheless. */
const SAID_OF_NO_SERVICE: Readonly<Record<string, string>> = {
  validate: 'the configuration is valid',
  exit: 'exit: no service was running, the provider ends',
};

/** The context information of one transaction, or of all. */
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
    for (const task of tasks) {
      const { service_id: id, pid, action, status = '', instance, state } = task;
      terminal.out(
        `${formatRow(paint, { id, pid, state: status, colour: state, rest: `${instance}, last ${action}` })}\n`,
      );
    }
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
  for (const [change, ids] of Object.entries(status.plan ?? {})) {
    if (ids.length > 0) terminal.out(`  ${change.padEnd(12)}  ${ids.join(' ')}\n`);
  }
  for (const service of status.services) terminal.out(`${formatService(paint, service)}\n`);
  if (status.plan === undefined && status.services.length === 0 && status.result === 'success') {
    terminal.out(`${SAID_OF_NO_SERVICE[action] ?? `${action}: nothing to do`}\n`);
  }
}

function showTransactions(
  terminal: Terminal,
  paint: Paint,
  transactions: NonNullable<CommandAnswer['status']['transactions']>,
): void {
  if (transactions.length === 0) terminal.out('no transactions\n');
  for (const { transaction, context_id: contextId, services } of transactions) {
    terminal.out(`${paint(transaction, 'bold')} ${contextId}\n`);
    for (const service of services) terminal.out(`${formatService(paint, service)}\n`);
  }
}

function formatService(paint: Paint, service: ServiceResult): string {
  const { service_id: id, state, pid, elapsed_ms: elapsed, error } = service;
  const time = elapsed === undefined ? '' : `${Math.round(elapsed)} ms`;
  const why = error === undefined ? '' : `  ${error.message}${describePlace(error)}`;
  return formatRow(paint, { id, pid, state, colour: state, rest: `${time}${why}` });
}

interface Row {
  readonly id: string;
  readonly pid: number | null;
  readonly state: string;
  readonly colour: string;
  readonly rest: string;
}

function formatRow(paint: Paint, { id, pid, state, colour, rest }: Row): string {
  const who = pid === null ? '' : `pid ${pid}`;
  return `  ${id.padEnd(12)}  ${paint(state.padEnd(8), stateColour(colour))}  ${who.padEnd(11)}  ${rest}`.trimEnd();
}

function exitCodeOf({ status }: CommandAnswer): number {
  if (status.result === 'success') return EXIT.done;
  const code = status.error?.code ?? '';
  return Object.hasOwn(ERROR_CODES, code)
    ? ERROR_CODES[code as keyof typeof ERROR_CODES].exitCode
    : EXIT.failed;
}
