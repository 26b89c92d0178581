// A plan as a unified diff, as --dry_run shows it.

import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { isWritten, type FileChange } from './change.js';

/** `nameOf` says how a path is shown. Files that would not be written are left out. */
export function formatDiff(changes: readonly FileChange[], nameOf: (path: string) => string): string {
  const patches = changes.filter(isWritten).map(({ path, before, after }) => {
    const name = nameOf(path);
    const options = { headerOptions: FILE_HEADERS_ONLY };
    return createTwoFilesPatch(
      before === undefined ? '/dev/null' : name,
      name,
      before ?? '',
      after,
      '',
      '',
      options,
    );
  });
  return patches.join('');
}
