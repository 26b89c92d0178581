// Relative paths of a configuration -> absolute ones.

import { resolve } from 'node:path';
import type { ContextConfiguration, ProgramCommand, TaskService } from '../context.js';
import { resolveEndpoint } from '../endpoint.js';
import { ENDPOINT_KEYS } from '../lenient-view.js';

/**
 * A relative path, also of ipc://, starts at `folder`, the context's, wherever the provider was started; in
 * what a client sends it is the folder of the provider's own context: the client may have read the same file.
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

/** A bare name is no path: it is looked for in PATH. */
function resolveCommand(command: ProgramCommand, folder: string): ProgramCommand {
  const { program, cwd, env_file: file } = command;
  return {
    ...command,
    program: program.includes('/') ? resolve(folder, program) : program,
    cwd: cwd === '' ? '' : resolve(folder, cwd),
    env_file: file === '' ? '' : resolve(folder, file),
  };
}
