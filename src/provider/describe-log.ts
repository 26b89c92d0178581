// The answer to the query `logs`: the log files of a service.

import { existsSync } from 'node:fs';
import { ContextdError } from '../base/errors.js';
import type { ServiceId } from '../base/ids.js';
import { locateLog } from '../launcher/service-logs.js';
import type { LogsReply } from '../messages/logs.js';
import type { Transaction } from '../supervision/transaction.js';

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
