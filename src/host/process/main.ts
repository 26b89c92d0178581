// The entry point of a child process: reads the bootstrap, runs the host or the shim, exits with its exit code.

import { systemClock } from '../../base/clock.js';
import { Connection, composeSecurity } from '../../bus/connection.js';
import { BOOTSTRAP_VARIABLE, type HostBootstrap, type HostProgram } from '../../messages/host-bootstrap.js';
import type { ServiceDefinition } from '../../task/service.js';
import { onlyFromProvider, readHostSecrets, securityFrom, taskEndpoints } from '../host-credentials.js';
import type { ConnectBus } from '../host-bus.js';
import { Host } from '../host.js';
import { ALWAYS_PRESENT, startOrphanWatchdog, type ProviderPresence } from '../orphan-watchdog.js';
import { endOwnProcesses } from '../own-processes.js';
import { prepareProcess } from '../prepare-process.js';
import { killStartedGroups } from '../program/started-groups.js';

process.setSourceMapsEnabled(true);
const text = process.env[BOOTSTRAP_VARIABLE];
if (text === undefined)
  throw new Error(`${BOOTSTRAP_VARIABLE} is not set: the host is started by a provider`);
// Not validated: the launcher, which is the parent of this process, has written it.
const inEnvironment = JSON.parse(text) as HostBootstrap;
const secrets = readHostSecrets(inEnvironment);
const bootstrap: HostBootstrap = { ...inEnvironment, program: secrets.program };
const { controlGroup } = bootstrap;
const own = securityFrom(secrets, bootstrap.serverKey);
const security = composeSecurity(own);
const logFile = prepareProcess(bootstrap);
let watch: ProviderPresence = ALWAYS_PRESENT;
const host = await createHost();
// Ctrl-C in a terminal reaches all its processes. The provider handles it.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => host.stop());
if (bootstrap.program !== undefined) forwardStopSignal(bootstrap.program.stopSignal);
process.on('uncaughtException', (error) => host.crash(error));
process.on('unhandledRejection', (error) => host.crash(error));
const exitCode = await host.run();
await endLeftovers();
killStartedGroups();
process.exit(exitCode);

/** A program that uses the protocol itself needs only the shim: a host would report every event a second time. */
async function createHost(): Promise<Pick<Host, 'run' | 'stop' | 'crash'>> {
  const { program } = bootstrap;
  if (program?.ready.kind !== 'heartbeat')
    return new Host(bootstrap, connect, logFile, {
      presence: () => watch,
      endpoints: taskEndpoints(bootstrap.endpoints, own),
      // Imported on demand, to keep the start of other services fast.
      ...(program === undefined ? {} : { load: () => loadProgram(program) }),
    });
  const { Shim } = await import('../program/shim.js');
  return new Shim({ bootstrap, program, connect, logFile, keys: own?.keys, endLeftovers });
}

async function loadProgram(program: HostProgram): Promise<ServiceDefinition> {
  return (await import('../program/program-task.js')).programService(bootstrap, program, logFile);
}

/** Stops the program on its stop signal. The signal must not end this process, which would lose how the program ended. */
function forwardStopSignal(signal: string): void {
  if (!['SIGTERM', 'SIGKILL', 'SIGSTOP'].includes(signal)) process.on(signal, () => host.stop());
}

function connect(...[topics, handle]: Parameters<ConnectBus>): ReturnType<ConnectBus> {
  const trusted = onlyFromProvider(handle, security, logFile.log);
  const connection = new Connection(bootstrap.endpoints, topics, trusted, security);
  watch = startOrphanWatchdog(connection.publisher, bootstrap.presence, {
    clock: systemClock,
    log: logFile.log,
    graceMs: bootstrap.orphanGraceMs,
    stopTimeoutMs: bootstrap.stopTimeoutMs,
    stop: () => host.stop(),
    kill: () => void endOwnProcesses(controlGroup, logFile.log).finally(killGroup),
  });
  return connection;
}

/** If there is a provider, it ends the leftovers and reports them. */
async function endLeftovers(): Promise<void> {
  if (!watch.isPresent) await endOwnProcesses(controlGroup, logFile.log);
}

/** This process is the leader of its process group. */
function killGroup(): void {
  process.kill(-process.pid, 'SIGKILL');
}
