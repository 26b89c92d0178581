// The program inside a child process: reads its bootstrap, runs the host or the keeper, ends with its exit code.

import { systemClock } from '../../base/clock.js';
import { Connection, securityOf } from '../../bus/connection.js';
import { BOOTSTRAP_VARIABLE, type HostBootstrap, type HostProgram } from '../../messages/host-bootstrap.js';
import type { ServiceDefinition } from '../../task/service.js';
import { captureOutput } from '../capture-output.js';
import { killStartedGroups } from '../program/started-groups.js';
import { joinControlGroup } from '../../processes/control-group.js';
import { endOwnProcesses } from '../own-processes.js';
import { onlyFromProvider, readHostSecrets, securityFrom, taskEndpoints } from '../host-credentials.js';
import { Host } from '../host.js';
import type { ConnectBus } from '../host-bus.js';
import { LogFile } from '../../base/log-file.js';
import { rotateStdout } from '../stdout-rotation.js';
import { ALWAYS_PRESENT, startOrphanWatchdog, type ProviderPresence } from '../orphan-watchdog.js';

process.setSourceMapsEnabled(true);
const text = process.env[BOOTSTRAP_VARIABLE];
if (text === undefined)
  throw new Error(`${BOOTSTRAP_VARIABLE} is not set: the host is started by a provider`);
// The launcher is our own parent, so what it hands over needs no checking.
const inEnvironment = JSON.parse(text) as HostBootstrap;
const handed = readHostSecrets(inEnvironment);
const bootstrap: HostBootstrap = { ...inEnvironment, program: handed.program };
const { log } = bootstrap;
const own = securityFrom(handed, bootstrap.serverKey);
const security = securityOf(own);
const logFile = new LogFile(log);
captureOutput((bytes) => logFile.write(bytes));
const { controlGroup } = bootstrap;
if (controlGroup !== undefined && !joinControlGroup(controlGroup))
  logFile.log.warn(`cannot join the control group ${controlGroup}`);
rotateStdout({ path: log.out, descriptor: 1, maxBytes: log.maxBytes }, systemClock);
let watch: ProviderPresence = ALWAYS_PRESENT;
const host = await createHost();
// Ctrl-C reaches the whole terminal; the provider decides what it means.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => host.stop());
if (bootstrap.program !== undefined) forwardStopSignal(bootstrap.program.stopSignal);
process.on('uncaughtException', (error) => host.crash(error));
process.on('unhandledRejection', (error) => host.crash(error));
const exitCode = await host.run();
await endLeftovers();
killStartedGroups();
process.exit(exitCode);

/** A program that speaks for itself on the bus is only kept: two would tell everything twice. */
async function createHost(): Promise<Pick<Host, 'run' | 'stop' | 'crash'>> {
  const { program } = bootstrap;
  if (program?.ready.kind !== 'heartbeat')
    return new Host(bootstrap, connect, logFile, {
      presence: () => watch,
      endpoints: taskEndpoints(bootstrap.endpoints, own),
      // Loaded only by those who need it: every service pays for what its host loads.
      ...(program === undefined ? {} : { load: () => loadProgram(program) }),
    });
  const { Shim } = await import('../program/shim.js');
  return new Shim({ bootstrap, program, connect, logFile, keys: own?.keys, endLeftovers });
}

async function loadProgram(program: HostProgram): Promise<ServiceDefinition> {
  return (await import('../program/program-task.js')).programService(bootstrap, program, logFile);
}

/** It is meant for the program: it must not end us, and with us what we know of the program. */
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

/** Where there is a provider it does so, and tells what it has found. */
async function endLeftovers(): Promise<void> {
  if (!watch.isPresent) await endOwnProcesses(controlGroup, logFile.log);
}

/** The launcher made us the first of our process group. */
function killGroup(): void {
  process.kill(-process.pid, 'SIGKILL');
}
