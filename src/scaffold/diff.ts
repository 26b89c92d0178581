// Formats a plan as a unified diff, for --dry_run.

import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { isWritten, type FileChange } from './change.js';

/** `nameOf` returns the displayed name of a path. Files that would not be written are left out. */
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
