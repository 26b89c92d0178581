// Imports a compiled service and checks that its default export is a service definition.

import { pathToFileURL } from 'node:url';
import { ContextdError, messageOf } from '../base/errors.js';
import type { RunBootstrap } from '../messages/host-bootstrap.js';
import { isServiceDefinition, type ServiceDefinition } from '../task/service.js';
import { locateError } from './locate-error.js';

/** Throws SVC_LOAD_FAILED. */
export async function loadService(bootstrap: RunBootstrap): Promise<ServiceDefinition> {
  const { module: modulePath, instance } = bootstrap;
  const loaded = await importModule(modulePath, instance);
  const definition = loaded.default;
  if (isServiceDefinition(definition)) return definition;
  throw new ContextdError('SVC_LOAD_FAILED', `${instance} does not export a service`, {
    hint: `export the result of defineService({ task }) as default from index.ts of ${instance}`,
  });
}

async function importModule(path: string, instance: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (cause) {
    throw new ContextdError('SVC_LOAD_FAILED', `${instance} cannot be loaded: ${messageOf(cause)}`, {
      cause,
      details: { ...locateError(cause) },
    });
  }
}
