// The origin of a journal: only the provider of the same context file and addresses may continue from it.

import { relative } from 'node:path';
import { ContextdError } from '../base/errors.js';
import type { ContextFile } from '../model/read/read-context.js';
import type { JournalContent, JournalOrigin } from './journal-format.js';

/** The file path is relative to the context folder, so that the folder can be moved. */
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
      : `restore the addresses and end that context with --action=exit`;
  throw new ContextdError(
    'CTX_JOURNAL_FOREIGN',
    `the journal in ${stateFolder} belongs to ${origin.file} at ${origin.frontend} and ${origin.backend}, not to ${own.file} ` +
      `at ${own.frontend} and ${own.backend}; it holds ${ids}`,
    { hint: `${hint}; if you no longer need its services, remove ${stateFolder}`, details: { origin, own } },
  );
}
