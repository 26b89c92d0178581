// Converts the fields of a new project to a request for its first task service and its project files.

import { basename, join } from 'node:path';
import { ContextdError } from '../base/errors.js';
import { isIdentifier } from './escape.js';
import { addressOf, findContext } from './existing-context.js';
import { servicesOf } from './existing-services.js';
import { checkFields, readRequest, type FieldFault, type Fields } from './read-request.js';
import { readIfExists } from './read-state.js';
import { readRecord } from './record.js';
import type { ScaffoldRequest } from './request.js';

export interface ProjectFields {
  /** Absolute path of the folder. The context name is derived from the folder name. */
  readonly folder: string;
  readonly task_service: string;
  readonly sub_port: string;
  readonly pub_port: string;
  /** The version, file or URL that npm installs as contextd. */
  readonly contextd: string;
}

/** Returns the fields of the first service for create_service. Throws TPL_NAME_INVALID. */
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

/** Returns `Weather` for the folder Weather, `MyApp` for my-app. Throws TPL_NAME_INVALID. */
export function contextNameOf(folder: string): string {
  const name = basename(folder);
  const words = name.split(/[^A-Za-z0-9_]+/).filter((word) => word !== '');
  const joined = isIdentifier(name) ? name : words.map(capitalize).join('');
  if (isIdentifier(joined)) return joined;
  throw invalidName(name);
}

/** Throws TPL_NAME_INVALID unless the name is a plain folder name or `.`. */
export function checkProjectName(name: string): void {
  if (name !== '.' && !/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(name)) throw invalidName(name);
}

function invalidName(name: string): ContextdError {
  const message = `${JSON.stringify(name)} is not a valid project name`;
  return new ContextdError('TPL_NAME_INVALID', message, {
    hint: 'use letters, digits, - and _, not starting with a digit, such as my-app; or . for the current folder',
  });
}

/** Returns the fields of the project in `folder`, as far as they can be read; undefined if there is no project. */
export async function readOwnProject(folder: string): Promise<Partial<ProjectFields> | undefined> {
  const recorded = await readIfExists(join(folder, '.contextd', 'scaffold.json'));
  if (recorded === undefined || !readRecord(recorded.toString('utf8')).has('package.json')) return undefined;
  const context = await findContext({ context_name: contextNameOf(folder) }, folder);
  const service = context === undefined ? undefined : servicesOf(context.root)[0]?.instance;
  const { sub_port, pub_port } = context === undefined ? {} : addressOf(context.root);
  const contextd = await readDependency(folder);
  const found = { task_service: service, sub_port, pub_port, contextd };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

async function readDependency(folder: string): Promise<string | undefined> {
  const bytes = await readIfExists(join(folder, 'package.json'));
  try {
    const manifest = JSON.parse(bytes?.toString('utf8') ?? '{}') as {
      readonly dependencies?: Readonly<Record<string, string>>;
    };
    return manifest.dependencies?.contextd;
  } catch {
    return undefined; // The file was edited and will not be changed.
  }
}

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

export function checkProject(project: ProjectFields): readonly FieldFault[] {
  // The class name is derived from the service name; its faults would be reported twice.
  return checkFields(fieldsOf(project)).filter(({ field }) => field !== 'task_class');
}

/** Call only for checked fields. */
export function readProject(project: ProjectFields): ScaffoldRequest {
  return { ...readRequest(fieldsOf(project), project.folder), project: { contextd: project.contextd } };
}
