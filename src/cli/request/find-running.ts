// Finds the provider that runs a context file.

import { realpathSync } from 'node:fs';
import { listProviders, type RegistryEntry } from '../../bus/registry.js';

/** Undefined if no provider of this machine runs the file. The path may lead through symbolic links. */
export async function findRunning(contextFile: string): Promise<RegistryEntry | undefined> {
  const path = realPath(contextFile);
  return (await listProviders()).find((each) => realPath(each.contextFile) === path);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
