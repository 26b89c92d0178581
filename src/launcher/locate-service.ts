// Finds the code of a service below the permitted service roots.

import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { ContextdError } from '../base/errors.js';
import { packageRoot } from '../base/package.js';
import type { TaskService } from '../model/context.js';
import type { ContextFile } from '../model/read/read-context.js';

const ENTRY_FILES = ['index.ts', 'index.mts', 'index.js', 'index.mjs'];

/** Returns the folders from which code may be loaded: those of the file, `named` ones, and the services of this package. */
export function serviceRootsOf(file: ContextFile, named: readonly string[]): readonly string[] {
  const own = file.configuration.TaskService.map((each) => each.Task.message.content.configuration.location);
  const roots = [...own.filter((each) => each !== ''), ...named, join(file.folder, 'services')];
  return [...new Set([...roots, join(packageRoot, 'services')])];
}

/** Returns the absolute path of the entry file. Throws SVC_LOCATION_REFUSED or SVC_NOT_FOUND. */
export function locateService(service: TaskService, roots: readonly string[]): string {
  const { location } = service.Task.message.content.configuration;
  if (location !== '') checkLocation(service, location, roots);
  const folders = (location === '' ? roots : [location]).map((root) => join(root, service.instance));
  const entry = folders.flatMap((folder) => ENTRY_FILES.map((file) => join(folder, file))).find(existsSync);
  if (entry !== undefined) {
    checkEntry(service, entry, roots);
    return entry;
  }
  throw new ContextdError(
    'SVC_NOT_FOUND',
    `${service.id}: no service "${service.instance}" in ${folders.join(', ')}`,
    {
      hint: 'create it with create_service, or correct instance and <location> in the context file',
    },
  );
}

/** Follows links: the folder of the instance and the file may be symbolic links. */
function checkEntry(service: TaskService, entry: string, roots: readonly string[]): void {
  checkLocation(service, dirname(realpathSync(entry)), roots);
}

/** Throws SVC_LOCATION_REFUSED unless `location` is a service root or below one, after following links. */
export function checkLocation(service: TaskService, location: string, roots: readonly string[]): void {
  const real = resolveLinks(location);
  const isAllowed = roots.map(resolveLinks).some((root) => real === root || real.startsWith(root + sep));
  if (isAllowed) return;
  throw new ContextdError(
    'SVC_LOCATION_REFUSED',
    `${service.id}: ${location} is not a service root of this provider`,
    {
      hint: `start the provider with --service_root ${location}`,
      details: { roots },
    },
  );
}

/** Resolves dots and links, as far as the path exists. */
function resolveLinks(path: string): string {
  const whole = resolve(path);
  const parent = dirname(whole);
  if (existsSync(whole)) return realpathSync(whole);
  return parent === whole ? whole : join(resolveLinks(parent), basename(whole));
}
