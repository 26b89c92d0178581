// Completes the ids of services on a command line.

import { findContextFiles } from './context-files.js';

/** Ids of the services in --context_file, else in the context files of the current folder, else at the running provider. */
export async function completeServiceIds(words: readonly string[]): Promise<readonly string[]> {
  const at = words.indexOf('--context_file');
  const given = at === -1 ? undefined : words[at + 1];
  const files = given === undefined ? await findContextFiles() : [given];
  if (files.length === 0) {
    const { fetchServiceIds } = await import('./list-services.js');
    return await fetchServiceIds().catch(() => []);
  }
  const { readContextFile } = await import('../../model/read/read-context.js');
  const ids = await Promise.all(
    files.map(async (file) => {
      // An invalid file contributes no ids.
      const read = await readContextFile(file).catch(() => undefined);
      return read?.configuration.TaskService.map(({ id }) => id) ?? [];
    }),
  );
  return [...new Set(ids.flat())];
}
