// The request of `contextd add`: a name and a program, or a name alone; everything else has a default.

import { ContextdError } from '../base/errors.js';
import type { RestartPolicy } from '../model/supervision.js';
import { completeFields, findContext, listContextNames } from './existing-context.js';
import { servicesOf } from './existing-services.js';
import { contextNameOf } from './project.js';
import { checkFields, readRequest, type FieldFault, type Fields } from './read-request.js';
import type { ScaffoldRequest } from './request.js';

export interface AddFields {
  /** The id of the service, and its name in messages. */
  readonly name: string;
  /** Undefined for a service in TypeScript. */
  readonly program: readonly [string, ...string[]] | undefined;
  readonly restart: RestartPolicy;
  /** Needed if there are several contexts in the folder. */
  readonly contextName: string | undefined;
}

export interface AddRequest {
  readonly request: ScaffoldRequest;
  readonly faults: readonly FieldFault[];
}

/**
 * Returns the request for `conf/` of the folder. For a new context file `findPorts` is called for the ports for
 * subscribers and publishers. Throws TPL_CONFLICT if the context has the service already, and CLI_USAGE if the folder
 * has several contexts and none is named.
 */
export async function readAddRequest(
  folder: string,
  { name, program, restart, contextName }: AddFields,
  findPorts: () => Promise<readonly [string, string]>,
): Promise<AddRequest> {
  const given: Fields = {
    context_name: contextName,
    task_service: instanceOf(name),
    task_id: name,
    service_name: name,
    device_action: 'run',
    ...(program === undefined ? {} : { task_desc: `Runs ${program.join(' ')}` }),
  };
  const context = await findContext({ context_name: contextName }, folder);
  const service = context && servicesOf(context.root).find(({ id }) => id === name);
  if (context !== undefined && service !== undefined) {
    throw new ContextdError(
      'TPL_CONFLICT',
      `${context.path}:${service.element.line}: the service ${name} exists`,
      { hint: `use another name, edit the file, or run 'contextd remove ${name}' first` },
    );
  }
  if (context === undefined) await rejectSeveral(folder, contextName);
  const fields =
    context === undefined ? await newContext(folder, given, findPorts) : completeFields(given, context);
  const faults = checkFields(fields);
  const request = readRequest(fields, folder);
  const more = { restart, ...(program === undefined ? {} : { program }) };
  return {
    faults,
    request: { ...request, services: request.services.map((each) => ({ ...each, ...more })) },
  };
}

async function rejectSeveral(folder: string, contextName: string | undefined): Promise<void> {
  if (contextName !== undefined) return;
  const names = await listContextNames({}, folder);
  if (names.length < 2) return;
  throw new ContextdError('CLI_USAGE', `this folder has several contexts: ${names.join(', ')}`, {
    hint: `name one, such as --context_name=${names[0] ?? ''}`,
  });
}

async function newContext(
  folder: string,
  given: Fields,
  findPorts: () => Promise<readonly [string, string]>,
): Promise<Fields> {
  const [sub_port, pub_port] = await findPorts();
  return {
    task_desc: 'Counts its steps, until you let it do something else',
    ...given,
    service_path: folder,
    context_name: given.context_name ?? nameFrom(folder),
    server_ip: '127.0.0.1',
    sub_port,
    pub_port,
    task_class: `${given.task_service ?? ''}Task`,
  };
}

/** Throws TPL_NAME_INVALID. */
function nameFrom(folder: string): string {
  try {
    return contextNameOf(folder);
  } catch (cause) {
    throw new ContextdError('TPL_NAME_INVALID', `no context can have the name of the folder ${folder}`, {
      hint: 'name the context, such as --context_name=App',
      cause,
    });
  }
}

/** `SendMail` for `send-mail`. */
function instanceOf(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^\d/.test(joined) ? `Service${joined}` : joined;
}
