// What a user asks to be written: a context and the task services in it, as plain data.

import { createHash } from 'node:crypto';
import { isId } from '../base/ids.js';
import type { Entry, TransitionAction, Trigger } from '../model/context.js';
import type { TaskType } from '../model/read/meta-context.js';

export { TASK_TYPES } from '../model/meta.js';
export { DEFAULT_CONTEXT_ID } from '../model/context.js';
export type { TaskType };

/** What the files of a task service are made from; the context file takes the rest. */
export interface CodeInputs {
  /** The instance: names the folder and the files. */
  readonly taskService: string;
  /** Names the file with the task class, without its ending. */
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
  /** Where the provider finds the service's folder; relative to the context folder, or absolute. */
  readonly location: string;
  /** Triggers left out are written blank. */
  readonly transitions: Readonly<Partial<Record<Trigger, TransitionRequest>>>;
}

export interface ContextRequest {
  readonly contextName: string;
  /** Left out: that of the context file, or one made from the name. */
  readonly contextId: string | undefined;
  readonly serverIp: string;
  /** Digits. */
  readonly subPort: string;
  readonly pubPort: string;
}

export interface ScaffoldRequest {
  /** Absolute: the folder that holds `services/`. */
  readonly servicePath: string;
  /** Absolute: the folder that holds `conf/`. */
  readonly homePath: string;
  readonly context: ContextRequest;
  readonly services: readonly ServiceRequest[];
  /** Also writes what makes the service path a project of its own, around its first service. */
  readonly project?: ProjectRequest;
}

export interface ProjectRequest {
  /** What npm is to install as contextd: a range, a file, an address. */
  readonly contextd: string;
}

/**
 * The id of a new context: its name, as far as an id can hold it, so that contexts of one folder have different ones.
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
  // Other names may look the same then.
  return `${text}-${createHash('sha256').update(contextName).digest('hex').slice(0, 6)}`;
}

/** The two addresses of a context, as subscribers and publishers use them. */
export function endpointsOf(context: ContextRequest): { readonly sub: string; readonly pub: string } {
  const host = context.serverIp.includes(':') ? `[${context.serverIp}]` : context.serverIp;
  return { sub: `tcp://${host}:${context.subPort}`, pub: `tcp://${host}:${context.pubPort}` };
}
