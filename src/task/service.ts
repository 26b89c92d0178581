// What a service file exports: which messages concern the service, and the task it builds.

import { ContextdError } from '../base/errors.js';
import { Task, type TaskConfiguration, type TaskContext } from './task.js';

/** Anything with zod's safeParse: what a task declares as `static configuration`. */
export interface ConfigurationSchema<C> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: C }
    | { readonly success: false; readonly error: { readonly issues: readonly ConfigurationIssue[] } };
}

interface ConfigurationIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** A task class; `configuration` checks the XML's `<configuration>` before the task is built. */
export interface TaskClass<C> {
  readonly prototype: Task<C>;
  new (context: TaskContext<C>): Task<C>;
  readonly configuration?: ConfigurationSchema<C>;
}

export interface ServiceDeclaration<C> {
  /** The service names (XML `<service_name>`) whose messages concern this service; all when left out. */
  readonly serviceName?: string | readonly string[];
  readonly task: TaskClass<C>;
}

export interface ServiceDefinition {
  /** The service names it was declared with; none if all messages concern it. */
  readonly serviceNames: readonly string[];
  /** Whether messages to this service name concern the service. */
  concerns(serviceName: string): boolean;
  readonly hearsEvents: boolean;
  /** Throws SVC_CONFIGURATION_INVALID, naming every element that is wrong. */
  build(context: TaskContext<TaskConfiguration>): Task<unknown>;
}

const definitionMark = Symbol.for('contextd.service');

/**
 * Declares a service; a service file's default export.
 *
 * @example
 * export default defineService({ serviceName: 'echo_action', task: EchoShouting });
 */
export function defineService<C>(declaration: ServiceDeclaration<C>): ServiceDefinition {
  const { serviceName, task } = declaration;
  const names = serviceName === undefined ? [] : [serviceName].flat();
  const definition: ServiceDefinition = {
    serviceNames: names,
    concerns: (name) => serviceName === undefined || names.includes(name),
    hearsEvents: task.prototype.onEvent !== Task.prototype.onEvent,
    build: (context) =>
      new task({ ...context, configuration: checkConfiguration(task, context.configuration) }),
  };
  return Object.assign(definition, { [definitionMark]: true });
}

/** True for what defineService returned, also from another copy of this package. */
export function isServiceDefinition(value: unknown): value is ServiceDefinition {
  return typeof value === 'object' && value !== null && definitionMark in value;
}

function checkConfiguration<C>(task: TaskClass<C>, configuration: TaskConfiguration): C {
  if (task.configuration === undefined) return configuration as C;
  const result = task.configuration.safeParse(configuration);
  if (result.success) return result.data;
  const faults = result.error.issues.map(
    (issue) => `<${issue.path.map(String).join('><')}> ${issue.message}`,
  );
  throw new ContextdError(
    'SVC_CONFIGURATION_INVALID',
    `the configuration of the task is wrong: ${faults.join('; ')}`,
    {
      hint: `correct <configuration> in the context file, or 'static configuration' of ${task.name}`,
    },
  );
}
