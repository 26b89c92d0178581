// Opens the supervisor of a provider: gives it the launchers, the log files and the bus.

import type { Closers } from '../base/closers.js';
import type { Clock } from '../base/clock.js';
import type { Launchers } from '../launcher/open-launchers.js';
import { limitLog, locateLog } from '../launcher/service-logs.js';
import type { RunBootstrap } from '../messages/host-bootstrap.js';
import type { Notice } from '../messages/notice.js';
import { supervisionOf, type TaskService } from '../model/context.js';
import { composeToken, THREAD_TOKEN_PREFIX } from '../processes/run-token.js';
import { Supervisor } from './supervisor.js';
import type { SupervisorPorts } from './supervisor-ports.js';
import type { Transaction } from './transaction.js';

export interface SupervisorOptions {
  readonly clock: Clock;
  readonly transactions: SupervisorPorts['transactions'];
  readonly random: SupervisorPorts['random'];
  readonly notice: (notice: Notice) => void;
  readonly stateFolder: string;
  /** Names the provider's state folder: see processes/run-token.ts. */
  readonly owner: string;
  readonly launchers: Pick<Launchers, 'launcher' | 'prepare'>;
  readonly outbox: SupervisorPorts['outbox'];
  readonly saveLater: SupervisorPorts['saveLater'];
}

export function openSupervisor(options: SupervisorOptions, closers: Closers): Supervisor {
  const { clock, random, transactions, notice, owner, launchers, outbox, saveLater } = options;
  const supervisor = new Supervisor({
    ...{ clock, random, transactions, outbox, saveLater },
    launcher: launchers.launcher,
    prepare: launchers.prepare,
    bootstrap: (transaction, service, { codeHash: _, ...code }) => ({
      ...composeBootstrap(options, transaction, service),
      ...code,
    }),
    token: (transaction, service, run) =>
      (service.serviceType === 'Thread' ? THREAD_TOKEN_PREFIX : '') +
      composeToken(owner, { transaction: transaction.id, service: service.id, run }),
    onRecord: (transaction, record) => {
      const { kind, service, trigger, action, target, outcome } = record;
      if (kind === 'transition')
        notice({ kind, transaction: transaction.id, service, trigger, action, target, outcome });
    },
  });
  closers.add(() => supervisor.close());
  return supervisor;
}

function composeBootstrap(
  { stateFolder }: SupervisorOptions,
  { id: transaction, configuration }: Transaction,
  service: TaskService,
): Omit<RunBootstrap, 'module' | 'loader' | 'program'> {
  const { header, content } = service.Task.message;
  const supervision = supervisionOf(service);
  return {
    serviceType: service.serviceType,
    transaction,
    serviceId: service.id,
    serviceName: header.service_name,
    contextId: configuration.ContextID,
    instance: service.instance,
    deviceAction: content.configuration.device_action,
    heartbeatMs: supervision.heartbeat_s * 1000,
    orphanGraceMs: supervision.orphan_grace_s * 1000,
    stopTimeoutMs: supervision.stop_timeout_s * 1000,
    log: limitLog(locateLog(stateFolder, transaction, service.id), supervision),
  };
}
