// Plans all changes for a request before anything is written. Pure.

import { join, relative, resolve, sep } from 'node:path';
import { ContextdError } from '../base/errors.js';
import { isWritten, type FileChange } from './change.js';
import { planContext } from './plan-context.js';
import { composeRecord, hashOf, isSameText, readRecord, type ScaffoldRecord } from './record.js';
import { renderCode, renderProject, type Templates } from './render.js';
import type { ScaffoldRequest, ServiceRequest } from './request.js';

export interface ScaffoldPlan {
  /** In display order: code first, the context file last. */
  readonly changes: readonly FileChange[];
  /** The internal record, written together with the changes and not displayed. */
  readonly record: FileChange;
  readonly contextFile: string;
  readonly contextId: string;
}

export interface ScaffoldState {
  readonly templates: Templates;
  /** The present text by absolute path; undefined if the file does not exist. */
  readonly files: ReadonlyMap<string, string | undefined>;
}

export function contextFileOf({ homePath, context }: ScaffoldRequest): string {
  return join(homePath, 'conf', `Context-${context.contextName}.xml`);
}

/** Returns the paths of all files whose text is needed for a plan. */
export function filesOf(request: ScaffoldRequest, templates: Templates): readonly string[] {
  const code = renderFiles(request, templates).map(({ path }) => path);
  return [...code, contextFileOf(request), recordFileOf(request)];
}

/** Throws TPL_CONFLICT with every place where the request contradicts the context file. */
export function planScaffold(request: ScaffoldRequest, state: ScaffoldState, isForced = false): ScaffoldPlan {
  const contextFile = contextFileOf(request);
  const context = planContext(state.templates, request, contextFile, state.files.get(contextFile));
  if (context.conflicts.length > 0) throw conflictError(context.conflicts);
  const recordFile = recordFileOf(request);
  const recorded = readRecord(state.files.get(recordFile));
  const code = planCode(request, state, isForced ? 'all' : recorded);
  return {
    changes: [...code, context.change],
    record: planRecord(request, recorded, code, state.files.get(recordFile)),
    contextFile,
    contextId: context.contextId,
  };
}

/** `replaceable`: hashes of the files as they were written, or 'all' to overwrite edited files. */
function planCode(
  request: ScaffoldRequest,
  state: ScaffoldState,
  replaceable: ScaffoldRecord | 'all',
): readonly FileChange[] {
  return renderFiles(request, state.templates).map(({ path, text }): FileChange => {
    const before = state.files.get(path);
    if (before === undefined) return { path, before, after: text, kind: 'create' };
    if (isSameText(before, text)) return { path, before, after: before, kind: 'unchanged' };
    const written = replaceable === 'all' ? hashOf(before) : replaceable.get(recordKey(request, path));
    if (written === hashOf(before)) return { path, before, after: text, kind: 'update' };
    const note = written === undefined ? 'differs from what create_service writes' : 'was edited';
    return { path, before, after: before, kind: 'kept', note: `${note}; --force overwrites` };
  });
}

/** Renders the files of the project, then the code of each service. */
function renderFiles(
  request: ScaffoldRequest,
  templates: Templates,
): readonly { readonly path: string; readonly text: string }[] {
  const project = renderProject(templates, request).map(({ name, text }) => ({
    path: join(request.servicePath, name),
    text,
  }));
  const written = request.services.filter(({ program }) => program === undefined);
  const code = written.flatMap((service) =>
    renderCode(templates, service).map(({ name, text }) => ({
      path: codeFile(request, service, name),
      text,
    })),
  );
  return [...project, ...code];
}

/** Whether the folder contains a project that was scaffolded before. */
export function isOwnProject(request: ScaffoldRequest, state: ScaffoldState): boolean {
  return readRecord(state.files.get(recordFileOf(request))).has('package.json');
}

function planRecord(
  request: ScaffoldRequest,
  recorded: ScaffoldRecord,
  code: readonly FileChange[],
  before: string | undefined,
): FileChange {
  const path = recordFileOf(request);
  const isWriting = code.some(isWritten);
  const current = code.filter(({ kind }) => kind !== 'kept');
  const hashes = current.map((change) => [recordKey(request, change.path), hashOf(change.after)] as const);
  const after = composeRecord(new Map([...recorded, ...hashes]));
  if (!isWriting || before === after) return { path, before, after: before ?? '', kind: 'unchanged' };
  return { path, before, after, kind: before === undefined ? 'create' : 'update' };
}

function conflictError(conflicts: readonly string[]): ContextdError {
  const message =
    conflicts.length === 1
      ? conflicts.join('')
      : ['the request conflicts with the context file:', ...conflicts].join('\n  ');
  return new ContextdError('TPL_CONFLICT', message, {
    hint: 'nothing was written; use other values, or change the context file first',
    details: { conflicts },
  });
}

/** The path at which the context file refers to the code. */
function codeFile(
  { homePath }: ScaffoldRequest,
  { location, taskService }: ServiceRequest,
  name: string,
): string {
  return join(resolve(homePath, location), taskService, name);
}

function recordFileOf(request: ScaffoldRequest): string {
  return join(request.servicePath, '.contextd', 'scaffold.json');
}

function recordKey(request: ScaffoldRequest, path: string): string {
  return relative(request.servicePath, path).split(sep).join('/');
}
