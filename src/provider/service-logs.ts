// Where the logs of services lie, and the answer to the question for them.

import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { ContextdError } from '../base/errors.js';
import { fileNameOf, ignoresCase } from '../base/file-name.js';
import type { ServiceId, TransactionId } from '../base/ids.js';
import type { HostLog } from '../messages/host-bootstrap.js';
import type { LogsReply } from '../messages/logs.js';
import type { Supervision } from '../model/context.js';
import type { Transaction } from '../supervision/transaction.js';

/** Where everything of a context is kept. */
export function stateFolderOf(contextFolder: string, contextId: string): string {
  const folder = realpathSync(contextFolder);
  return join(folder, '.contextd', fileNameOf(contextId, ignoresCase(folder)));
}

/** `stateFolder` is the context's own: `<context folder>/.contextd/<ContextID>`. */
export function locateLog(
  stateFolder: string,
  transaction: TransactionId,
  service: ServiceId,
): Pick<HostLog, 'path' | 'out'> {
  const isCaseIgnored = ignoresCase(stateFolder);
  const [folder, name] = [transaction, service].map((id) => fileNameOf(id, isCaseIgnored));
  const base = join(stateFolder, 'logs', folder ?? '', name ?? '');
  return { path: `${base}.log`, out: `${base}.out` };
}

export function planLog(
  place: Pick<HostLog, 'path' | 'out'>,
  { log_max_kb: kilobytes, log_files: files }: Supervision,
): HostLog {
  return { ...place, maxBytes: kilobytes * 1024, files };
}

/** Throws SVC_LOG_UNREADABLE when the service has never run. */
export function describeLog(stateFolder: string, transaction: Transaction, service: ServiceId): LogsReply {
  const { path, out } = locateLog(stateFolder, transaction.id, service);
  if (!existsSync(path) && !existsSync(out)) {
    throw new ContextdError('SVC_LOG_UNREADABLE', `${service} of ${transaction.id} has no log yet`, {
      hint: `it has not run; start it with --action=start --task_id=${service}`,
    });
  }
  const older: string[] = [];
  while (existsSync(`${path}.${older.length + 1}`)) older.push(`${path}.${older.length + 1}`);
  const lost = transaction.liveness.get(service)?.logLoss;
  return {
    service_id: service,
    files: [...older.reverse(), path],
    out,
    ...(lost === undefined ? {} : { lost }),
  };
}
