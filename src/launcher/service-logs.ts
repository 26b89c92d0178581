// Where the log files of services are, and how large they may become.

import { join } from 'node:path';
import { fileNameOf, ignoresCase } from '../base/file-name.js';
import type { ServiceId, TransactionId } from '../base/ids.js';
import type { HostLog } from '../messages/host-bootstrap.js';
import type { Supervision } from '../model/context.js';

type LogPaths = Pick<HostLog, 'path' | 'out'>;

/** `stateFolder` is the context's own: `<context folder>/.contextd/<ContextID>`. */
export function locateLog(stateFolder: string, transaction: TransactionId, service: ServiceId): LogPaths {
  const isCaseIgnored = ignoresCase(stateFolder);
  const [folder, name] = [transaction, service].map((id) => fileNameOf(id, isCaseIgnored));
  return logPaths(join(stateFolder, 'logs', folder ?? '', name ?? ''));
}

/** The log of the process that runs the thread services of a context. */
export function locateThreadsLog(stateFolder: string, contextId: string): LogPaths {
  return logPaths(join(stateFolder, 'logs', `threads-${fileNameOf(contextId, ignoresCase(stateFolder))}`));
}

/** Adds the limits that the context file sets. */
export function limitLog(
  paths: LogPaths,
  { log_max_kb: kilobytes, log_files: files }: Pick<Supervision, 'log_max_kb' | 'log_files'>,
): HostLog {
  return { ...paths, maxBytes: kilobytes * 1024, files };
}

function logPaths(base: string): LogPaths {
  return { path: `${base}.log`, out: `${base}.out` };
}
