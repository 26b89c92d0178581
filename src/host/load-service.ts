// Loads a compiled service and says clearly what is wrong when it cannot be used.

import { pathToFileURL } from 'node:url';
import { ContextdError, messageOf } from '../base/errors.js';
import type { HostBootstrap } from '../messages/host-bootstrap.js';
import { isServiceDefinition, type ServiceDefinition } from '../task/service.js';
import { locateError } from './locate-error.js';

/** Throws SVC_LOAD_FAILED. */
export async function loadService(bootstrap: HostBootstrap): Promise<ServiceDefinition> {
  const { module: modulePath, instance } = bootstrap;
  const loaded = await importModule(modulePath, instance);
  const definition = loaded.default;
  if (isServiceDefinition(definition)) return definition;
  throw new ContextdError('SVC_LOAD_FAILED', `${instance} exports no service`, {
    hint: `index.ts of ${instance} must export, as default, what defineService({ task }) returns`,
  });
}

async function importModule(path: string, instance: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (cause) {
    throw new ContextdError(
      'SVC_LOAD_FAILED',
      `${instance} failed while it was loaded: ${messageOf(cause)}`,
      {
        cause,
        details: { ...locateError(cause) },
      },
    );
  }
}
