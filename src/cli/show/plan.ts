// What create_service has done or would do, as text.

import { isAbsolute, relative } from 'node:path';
import { isWritten, type FileChange } from '../../scaffold/change.js';
import { formatDiff } from '../../scaffold/diff.js';
import type { ScaffoldPlan } from '../../scaffold/plan.js';
import { endpointsOf, type ScaffoldRequest } from '../../scaffold/request.js';

export function formatOutcome(request: ScaffoldRequest, plan: ScaffoldPlan, isRunning: boolean): string {
  return `${formatChanges(plan)}\n${isRunning ? formatReload(plan) : formatNextSteps(request, plan)}`;
}

function formatReload({ contextFile }: ScaffoldPlan): string {
  const flags = `--context_file=${quote(shownPath(contextFile))} --action='reload'`;
  return `The context is running; let its provider take over what is new:\n  npx conf_command ${flags}\n`;
}

export function formatNewProject(request: ScaffoldRequest, plan: ScaffoldPlan): string {
  const folder = shownPath(request.servicePath);
  const cd = folder === '' ? '' : `cd ${quoteIfOdd(folder)} && `;
  return `${formatChanges(plan)}\nInstall what it needs, test it and run it:\n  ${cd}npm install && npm test && npm start\n`;
}

function formatChanges(plan: ScaffoldPlan): string {
  const told = plan.changes.map(formatChange).join('');
  return plan.changes.some(isWritten) ? told : `${told}Nothing to change.\n`;
}

export function formatDryRun(plan: ScaffoldPlan): string {
  const kept = plan.changes.filter(({ kind }) => kind === 'kept').map(formatChange);
  const diff = formatDiff(plan.changes, shownPath);
  return diff === '' ? `${kept.join('')}Nothing to change.\n` : diff + kept.join('');
}

const OUTCOMES = { create: 'created', update: 'updated', unchanged: 'unchanged', kept: 'kept' } as const;

function formatChange({ kind, path, note }: FileChange): string {
  return `${OUTCOMES[kind]}: ${shownPath(path)}${note === undefined ? '' : ` ${note}`}\n`;
}

function formatNextSteps({ context }: ScaffoldRequest, { contextFile, contextId }: ScaffoldPlan): string {
  const file = shownPath(contextFile);
  const flags = [
    `--endpoint=${quote(endpointsOf(context).pub)}`,
    `--context_file=${quote(file)}`,
    "--service_name='context'",
    `--service_id=${quote(contextId)}`,
    "--transaction=''",
    "--action='start'",
  ];
  const run = `npx service_context ${quoteIfOdd(file)}`;
  return `Run the context, and from another terminal start its services:\n  ${run}\n  npx conf_command ${flags.join(' ')}\n`;
}

/** As short as it can be: below the current folder without that folder. */
function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') || isAbsolute(near) ? path : near;
}

function quoteIfOdd(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : quote(path);
}

/** For a POSIX shell. */
function quote(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
