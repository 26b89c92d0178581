// Makes the relative paths of a configuration absolute.

import { resolve } from 'node:path';
import type { ContextConfiguration, ProgramCommand, TaskService } from '../context.js';
import { resolveEndpoint } from '../endpoint.js';
import { ENDPOINT_KEYS } from '../lenient-view.js';

/**
 * Relative paths, also of ipc://, are relative to `folder`, the context folder, and not to the current folder. For a
 * configuration from a client it is the folder of the provider's own context, because both may have read the same file.
 */
export function resolvePaths(configuration: ContextConfiguration, folder: string): ContextConfiguration {
  const services = configuration.TaskService.map((service): TaskService => {
    const resolved = structuredClone(service);
    const own = resolved.Task.message.content.configuration;
    if (own.location !== '') own.location = resolve(folder, own.location);
    if (own.env_file !== undefined && own.env_file !== '') own.env_file = resolve(folder, own.env_file);
    if (own.command !== undefined) own.command = resolveCommand(own.command, folder);
    return resolved;
  });
  const endpoints = Object.fromEntries(
    ENDPOINT_KEYS.map((key) => [key, resolveEndpoint(configuration[key], folder)]),
  );
  return { ...configuration, ...endpoints, TaskService: services };
}

/** A name without a slash is not a path; it is searched in PATH. */
function resolveCommand(command: ProgramCommand, folder: string): ProgramCommand {
  const { program, cwd, env_file: file } = command;
  return {
    ...command,
    program: program.includes('/') ? resolve(folder, program) : program,
    cwd: cwd === '' ? '' : resolve(folder, cwd),
    env_file: file === '' ? '' : resolve(folder, file),
  };
}
