// Whose journal it is: only the provider of the same context file, at the same addresses, goes on from it.

import { relative } from 'node:path';
import { ContextdError } from '../base/errors.js';
import type { ContextFile } from '../model/read/read-context.js';
import type { JournalContent, JournalOrigin } from './journal.js';

/** The file is named as seen from the context folder, so that the folder can be moved. */
export function originOf({ path, folder, configuration }: ContextFile): JournalOrigin {
  const { FrontEndEndpoint: frontend, BackendEndpoint: backend } = configuration;
  return { file: relative(folder, path), frontend, backend };
}

/** Throws CTX_JOURNAL_FOREIGN when the journal holds transactions of another context file or other addresses. */
export function checkOrigin(
  { origin, transactions }: JournalContent,
  own: JournalOrigin,
  stateFolder: string,
): void {
  if (origin === undefined || transactions.length === 0) return;
  const names = ['file', 'frontend', 'backend'] as const;
  const other = names.find((name) => origin[name] !== own[name]);
  if (other === undefined) return;
  const ids = transactions.map(({ id }) => id).join(', ');
  const hint =
    other === 'file'
      ? 'give this context another ContextID'
      : `set the addresses back and end it with --action=exit`;
  throw new ContextdError(
    'CTX_JOURNAL_FOREIGN',
    `the journal in ${stateFolder} is of ${origin.file} at ${origin.frontend} and ${origin.backend}, not of ${own.file} ` +
      `at ${own.frontend} and ${own.backend}; it holds ${ids}`,
    { hint: `${hint}; if nothing of it is needed any more, remove ${stateFolder}`, details: { origin, own } },
  );
}
