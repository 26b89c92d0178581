// Gives the supervisor what it needs in a provider: code, places on disk, a voice on the bus.

import { checkInstallation } from '../launcher/installation.js';
import { join } from 'node:path';
import type { Closers } from '../base/closers.js';
import type { Clock } from '../base/clock.js';
import { fileNameOf, ignoresCase } from '../base/file-name.js';
import { builtFile } from '../base/package.js';
import type { BusEndpoints, Connection } from '../bus/connection.js';
import type { ContextFile } from '../model/read/read-context.js';
import { programOf, supervisionOf, supervisionSchema, type TaskService } from '../model/context.js';
import type { HostBootstrap } from '../messages/host-bootstrap.js';
import { ServiceBuilder } from '../launcher/build-service.js';
import type { Launcher } from '../launcher/launcher.js';
import { createProcessLauncher } from '../launcher/process-launcher.js';
import { ThreadLauncher } from '../launcher/thread-launcher.js';
import { hashProgram } from '../launcher/hash-program.js';
import { locateProgram } from '../launcher/locate-program.js';
import { locateService } from '../launcher/locate-service.js';
import type { Notice } from '../messages/notice.js';
import { OrphanReaper } from '../launcher/orphan-reaper/reaper.js';
import { readEnvironment } from '../launcher/read-environment.js';
import { locateLog, planLog } from './service-logs.js';
import type { ProviderSecurity } from '../security/open-security.js';
import { presenceTopic } from '../messages/topics.js';
import { composeToken, ownerOf, THREAD_TOKEN_PREFIX } from '../processes/run-token.js';
import type { RunTracker } from '../processes/run-tracker.js';
import type { Outbox } from './outbox.js';
import { Supervisor } from '../supervision/supervisor.js';
import type { SupervisorPorts } from '../supervision/supervisor-ports.js';
import type { Transaction } from '../supervision/transaction.js';

interface SupervisorParts {
  readonly file: ContextFile;
  readonly roots: readonly string[];
  readonly clock: Clock;
  readonly notice: (notice: Notice) => void;
  readonly closers: Closers;
  readonly speaker: Outbox;
  /** Where services connect: this provider's own forwarder, whatever their context says. */
  readonly endpoints: BusEndpoints;
  /** Where journal, logs and compiled services are kept. */
  readonly stateFolder: string;
  readonly threads: ThreadLauncher;
  readonly tracker: RunTracker;
  readonly security: ProviderSecurity | undefined;
  readonly prepare: SupervisorPorts['prepare'];
  /** Something is to be written to the journal. */
  readonly changed: () => void;
}

export function createSupervisor(parts: SupervisorParts): Supervisor {
  const { file, clock, notice, closers, speaker, endpoints, stateFolder, prepare } = parts;
  const owner = ownerOf(stateFolder);
  const supervisor = new Supervisor({
    clock,
    launcher: createLauncher(parts),
    prepare,
    bootstrap: (transaction, service, { codeHash: _, ...code }) => ({
      ...describeHost(transaction, service),
      ...code,
      endpoints,
      ...serverKeyOf(parts),
      presence: presenceTopic(owner),
      log: planLog(locateLog(stateFolder, transaction.id, service.id), supervisionOf(service)),
    }),
    logFile: (transaction, service) => locateLog(stateFolder, transaction.id, service.id).out,
    workingFolder: file.folder,
    token: (transaction, service, run) =>
      (service.serviceType === 'Thread' ? THREAD_TOKEN_PREFIX : '') +
      composeToken(owner, { transaction: transaction.id, service: service.id, run }),
    command: (transaction, service, action) => speaker.command(transaction, service, action),
    publishStart: (transaction, service) => speaker.tellStart(transaction, service),
    report: (transaction, service, event) => speaker.report(transaction, service, event),
    onChange: (transaction) => {
      speaker.changed(transaction);
      parts.changed();
    },
    onRecordsOnly: parts.changed,
    onRecord: (transaction, record) => {
      if (record.kind !== 'transition') return;
      notice({
        kind: 'transition',
        transaction: transaction.id,
        service: record.service ?? '',
        text: record.text,
      });
    },
  });
  closers.add(() => supervisor.close());
  return supervisor;
}

type CodeParts = Pick<SupervisorParts, 'file' | 'roots' | 'closers' | 'stateFolder'>;

/** Compiles a service's code, or finds its program: all that is done before there is a process. */
/** What is started for a service of each type. */
const HOST_PROGRAMS = {
  Process: builtFile('host/process/main.js'),
  Thread: builtFile('host/threads/main.js'),
} as const;

export function createPreparation(parts: CodeParts): SupervisorPorts['prepare'] {
  const { file, roots, closers, stateFolder } = parts;
  const builder = new ServiceBuilder(join(stateFolder, 'build'));
  closers.add(() => builder.close());
  return async (service) => {
    checkInstallation(HOST_PROGRAMS[service.serviceType]);
    const command = programOf(service);
    if (command === undefined) {
      const code = await builder.build(locateService(service, roots));
      return { ...code, env: readEnvironment(service) };
    }
    const program = locateProgram(service, command, file.folder);
    return { module: '', program, codeHash: hashProgram(program) };
  };
}

type ThreadsParts = Pick<
  SupervisorParts,
  'file' | 'clock' | 'closers' | 'endpoints' | 'stateFolder' | 'security' | 'tracker'
> & {
  readonly connection: Connection;
};

export function createThreads(parts: ThreadsParts): ThreadLauncher {
  const { file, clock, connection, endpoints, stateFolder, tracker } = parts;
  const keys = parts.security?.authorizer.services;
  const threads = new ThreadLauncher({
    clock,
    processes: createProcessLauncher({
      clock,
      keys,
      tracker,
      hostProgram: HOST_PROGRAMS.Thread,
    }),
    connection,
    endpoints,
    keys,
    ...serverKeyOf(parts),
    owner: ownerOf(stateFolder),
    presence: presenceTopic(ownerOf(stateFolder)),
    workingFolder: file.folder,
    log: (contextId) => {
      const base = join(stateFolder, 'logs', `threads-${fileNameOf(contextId, ignoresCase(stateFolder))}`);
      return planLog({ path: `${base}.log`, out: `${base}.out` }, supervisionSchema.parse({}));
    },
  });
  parts.closers.add(() => threads.close());
  return threads;
}

function serverKeyOf({ security }: Pick<SupervisorParts, 'security'>): { readonly serverKey?: string } {
  return security === undefined ? {} : { serverKey: security.serverKey };
}

/** Each service by the launcher of its type. */
function createLauncher({
  clock,
  closers,
  threads,
  security,
  stateFolder,
  tracker,
}: SupervisorParts): Launcher {
  const keys = security?.authorizer.services;
  const hostProgram = HOST_PROGRAMS.Process;
  const processes = createProcessLauncher({ clock, keys, tracker, hostProgram });
  const guard = new OrphanReaper(builtFile('launcher/orphan-reaper/main.js'), ownerOf(stateFolder));
  closers.add(() => guard.close());
  return {
    launch: (order) => {
      if (order.bootstrap.serviceType === 'Thread') return threads.launch(order);
      guard.start();
      return processes.launch(order);
    },
    adopt: (order) => {
      if (threads.has(order.token)) return threads.adopt(order);
      guard.start();
      return processes.adopt(order);
    },
  };
}

function describeHost(
  transaction: Transaction,
  service: TaskService,
): Omit<HostBootstrap, 'module' | 'loader' | 'program' | 'endpoints' | 'presence' | 'log'> {
  const { header, content } = service.Task.message;
  const supervision = supervisionOf(service);
  return {
    serviceType: service.serviceType,
    transaction: transaction.id,
    serviceId: service.id,
    serviceName: header.service_name,
    contextId: transaction.configuration.ContextID,
    instance: service.instance,
    deviceAction: content.configuration.device_action,
    heartbeatMs: supervision.heartbeat_s * 1000,
    orphanGraceMs: supervision.orphan_grace_s * 1000,
    stopTimeoutMs: supervision.stop_timeout_s * 1000,
  };
}
