// A new project: what is asked for, as a request for its first task service and the files around it.

import { basename, join } from 'node:path';
import { ContextdError } from '../base/errors.js';
import { isIdentifier } from './escape.js';
import { addressOf, findContext, servicesOf } from './known-context.js';
import { checkFields, readRequest, type FieldFault, type Fields } from './read-request.js';
import { readIfThere } from './read-state.js';
import { readRecord } from './record.js';
import type { ScaffoldRequest } from './request.js';

export interface ProjectFields {
  /** The folder, absolute; its own name, made fit for files and code, names the context. */
  readonly folder: string;
  readonly task_service: string;
  readonly sub_port: string;
  readonly pub_port: string;
  /** What npm is to install as contextd. */
  readonly contextd: string;
}

/** The fields of the first service, as create_service takes them; throws TPL_NAME_INVALID. */
export function fieldsOf(project: ProjectFields): Fields {
  const { folder, task_service: service, sub_port, pub_port } = project;
  return {
    service_path: folder,
    context_name: contextNameOf(folder),
    server_ip: '127.0.0.1',
    sub_port,
    pub_port,
    task_service: service,
    task_class: `${service}Task`,
    task_desc: 'Counts its steps, until you let it do something else',
    service_name: service.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase(),
    task_id: 'ts_1',
    device_action: 'step',
  };
}

/** `Weather` for the folder Weather, `MyApp` for my-app. */
export function contextNameOf(folder: string): string {
  const name = basename(folder);
  const words = name.split(/[^A-Za-z0-9_]+/).filter((word) => word !== '');
  const joined = isIdentifier(name) ? name : words.map(capitalize).join('');
  if (isIdentifier(joined)) return joined;
  throw invalidName(name);
}

/** Throws TPL_NAME_INVALID for what is typed and is no plain name of a folder, nor `.`. */
export function checkProjectName(name: string): void {
  if (name !== '.' && !/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(name)) throw invalidName(name);
}

function invalidName(name: string): ContextdError {
  const message = `${JSON.stringify(name)} cannot be the name of a project`;
  return new ContextdError('TPL_NAME_INVALID', message, {
    hint: 'use letters and digits, not starting with a digit, and - or _ between them, such as my-app; or . for this folder',
  });
}

/** What the project in `folder` was made with, as far as it can be seen; undefined if there is none. */
export async function readOwnProject(folder: string): Promise<Partial<ProjectFields> | undefined> {
  const recorded = await readIfThere(join(folder, '.contextd', 'scaffold.json'));
  if (recorded === undefined || !readRecord(recorded.toString('utf8')).has('package.json')) return undefined;
  const context = await findContext({ context_name: contextNameOf(folder) }, folder);
  const service = context === undefined ? undefined : servicesOf(context.root)[0]?.instance;
  const { sub_port, pub_port } = context === undefined ? {} : addressOf(context.root);
  const contextd = await readDependency(folder);
  const found = { task_service: service, sub_port, pub_port, contextd };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

async function readDependency(folder: string): Promise<string | undefined> {
  const bytes = await readIfThere(join(folder, 'package.json'));
  try {
    const manifest = JSON.parse(bytes?.toString('utf8') ?? '{}') as {
      readonly dependencies?: Readonly<Record<string, string>>;
    };
    return manifest.dependencies?.contextd;
  } catch {
    return undefined; // Edited, and so kept as it is.
  }
}

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

export function checkProject(project: ProjectFields): readonly FieldFault[] {
  // The class is made from the service, so its faults are the service's.
  return checkFields(fieldsOf(project)).filter(({ field }) => field !== 'task_class');
}

/** Of fields that were checked. */
export function readProject(project: ProjectFields): ScaffoldRequest {
  return { ...readRequest(fieldsOf(project), project.folder), project: { contextd: project.contextd } };
}
