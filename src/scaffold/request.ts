// A scaffold request: a context and its task services, as plain data.

import { createHash } from 'node:crypto';
import { isId } from '../base/ids.js';
import type { Entry, TransitionAction, Trigger } from '../model/context.js';
import type { TaskType } from '../model/meta.js';
import type { RestartPolicy } from '../model/supervision.js';

export { TASK_TYPES, type TaskType } from '../model/meta.js';
export { DEFAULT_CONTEXT_ID } from '../model/context.js';

/** The input for the code of a task service. */
export interface CodeInputs {
  /** The instance, which is also the name of the folder and the files. */
  readonly taskService: string;
  /** The name of the file with the task class, without extension. */
  readonly taskFile: string;
  readonly taskClass: string;
  readonly description: string;
  readonly serviceName: string;
  readonly taskType: TaskType;
}

export interface TransitionRequest {
  readonly action: TransitionAction | '';
  /** Service ids, separated by blanks. */
  readonly call: string;
}

export interface ServiceRequest extends CodeInputs {
  readonly taskId: string;
  readonly deviceAction: string;
  readonly entry: Entry;
  readonly topic: string;
  /** The parent folder of the service folder; relative to the context folder, or absolute. */
  readonly location: string;
  /** A service without code: the program, and its arguments. */
  readonly program?: readonly [string, ...string[]];
  readonly restart: RestartPolicy;
  /** Missing triggers are written blank. */
  readonly transitions: Readonly<Partial<Record<Trigger, TransitionRequest>>>;
}

export interface ContextRequest {
  readonly contextName: string;
  /** If undefined: the id of the context file, or an id derived from the name. */
  readonly contextId: string | undefined;
  readonly serverIp: string;
  /** A number as text. */
  readonly subPort: string;
  readonly pubPort: string;
}

export interface ScaffoldRequest {
  /** Absolute path of the folder that contains `services/`. */
  readonly servicePath: string;
  /** Absolute path of the folder that contains `conf/`. */
  readonly homePath: string;
  readonly context: ContextRequest;
  readonly services: readonly ServiceRequest[];
  /** Also writes the files of an npm project in the service path. */
  readonly project?: ProjectRequest;
}

export interface ProjectRequest {
  /** What npm installs as contextd: a version range, a file or a URL. */
  readonly contextd: string;
}

/**
 * Returns the id of a new context, derived from its name, so that contexts of one folder have different ids.
 *
 * @example
 * contextIdOf({ contextName: 'EchoAction', contextId: undefined }) // EchoAction
 * contextIdOf({ contextName: 'My echo', contextId: undefined }) // My_echo-5f1c2b
 */
export function contextIdOf({
  contextName,
  contextId,
}: Pick<ContextRequest, 'contextName' | 'contextId'>): string {
  if (contextId !== undefined) return contextId;
  if (isId(contextName)) return contextName;
  const text = contextName.replace(/[^A-Za-z0-9_.:-]/g, '_').replace(/^[^A-Za-z0-9_]/, '_');
  // The hash distinguishes names that become equal by the replacement.
  return `${text}-${createHash('sha256').update(contextName).digest('hex').slice(0, 6)}`;
}

/** Returns the endpoints of a context for subscribers and publishers. */
export function endpointsOf(context: ContextRequest): { readonly sub: string; readonly pub: string } {
  const host = context.serverIp.includes(':') ? `[${context.serverIp}]` : context.serverIp;
  return { sub: `tcp://${host}:${context.subPort}`, pub: `tcp://${host}:${context.pubPort}` };
}
