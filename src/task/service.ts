// The default export of a service file: the service names it accepts, and the task that it builds.

import { ContextdError } from '../base/errors.js';
import { Task, type TaskConfiguration, type TaskContext } from './task.js';

/** The type of a task's `static configuration`: anything with zod's safeParse. */
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

/** A task class; its `configuration` validates `<configuration>` of the context file before the task is built. */
export interface TaskClass<C> {
  readonly prototype: Task<C>;
  new (context: TaskContext<C>): Task<C>;
  readonly configuration?: ConfigurationSchema<C>;
}

export interface ServiceDeclaration<C> {
  /** The service names (XML `<service_name>`) that this service accepts; all if left out. */
  readonly serviceName?: string | readonly string[];
  readonly task: TaskClass<C>;
}

export interface ServiceDefinition {
  /** The declared service names; empty if the service accepts all. */
  readonly serviceNames: readonly string[];
  // Hosts call these members of definitions that were made by other versions of this package: the names must not change.
  /** Returns whether the service accepts messages to this service name. */
  concerns(serviceName: string): boolean;
  /** Whether its task overrides onEvent. */
  readonly hearsEvents: boolean;
  /** Builds the task. Throws SVC_CONFIGURATION_INVALID with every invalid element. */
  build(context: TaskContext<TaskConfiguration>): Task<unknown>;
}

const definitionBrand = Symbol.for('contextd.service');

/**
 * Declares a service. Use it as the default export of a service file.
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
  return Object.assign(definition, { [definitionBrand]: true });
}

/** Returns true for a result of defineService, even of another copy of this package. */
export function isServiceDefinition(value: unknown): value is ServiceDefinition {
  return typeof value === 'object' && value !== null && definitionBrand in value;
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
    `the configuration of the task is invalid: ${faults.join('; ')}`,
    {
      hint: `correct <configuration> in the context file, or 'static configuration' of ${task.name}`,
    },
  );
}
