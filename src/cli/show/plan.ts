// Formats the result of create_service and contextd init: changed files, diff, next steps.

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
  return `The context is running. Reload it to add the new services:\n  npx conf_command ${flags}\n`;
}

export function formatNewProject(request: ScaffoldRequest, plan: ScaffoldPlan): string {
  const folder = shownPath(request.servicePath);
  const cd = folder === '' ? '' : `cd ${quoteIfNeeded(folder)} && `;
  return `${formatChanges(plan)}\nInstall, test and run it:\n  ${cd}npm install && npm test && npm start\n`;
}

export function formatChanges(plan: ScaffoldPlan): string {
  const changes = plan.changes.map(formatChange).join('');
  return plan.changes.some(isWritten) ? changes : `${changes}Nothing to change.\n`;
}

export function formatDryRun(plan: ScaffoldPlan): string {
  const unwritten = plan.changes.filter(({ kind }) => kind === 'kept').map(formatChange);
  const diff = formatDiff(plan.changes, shownPath);
  return diff === '' ? `${unwritten.join('')}Nothing to change.\n` : diff + unwritten.join('');
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
  const run = `npx service_context ${quoteIfNeeded(file)}`;
  return `Run the context, then start its services from another terminal:\n  ${run}\n  npx conf_command ${flags.join(' ')}\n`;
}

/** Relative for paths in the current folder, else absolute. */
function shownPath(path: string): string {
  const local = relative(process.cwd(), path);
  return local.startsWith('..') || isAbsolute(local) ? path : local;
}

function quoteIfNeeded(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : quote(path);
}

/** Quotes for a POSIX shell. */
function quote(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
