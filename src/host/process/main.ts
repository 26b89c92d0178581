// The entry point of every host: reads the bootstrap, starts its runs, exits when they have ended.

import { systemClock } from '../../base/clock.js';
import { exitOnUncaughtError } from '../../base/fatal.js';
import { composeSecurity, Connection } from '../../bus/connection.js';
import type { FrameHandler } from '../../bus/subscriber.js';
import { BOOTSTRAP_VARIABLE, type HostBootstrap } from '../../messages/host-bootstrap.js';
import { onlyFromProvider, readHostSecrets, securityFrom } from '../host-credentials.js';
import type { RunEnd, StartRun } from '../hosted-run.js';
import { endOwnProcesses } from '../own-processes.js';
import { prepareProcess } from '../prepare-process.js';
import { StartedGroups } from '../started-groups.js';
import { Host } from './host.js';
import { startTask } from './start-task.js';

/** How long a signal that this process sends to itself may take, in milliseconds. */
const SIGNAL_MS = 200;

process.setSourceMapsEnabled(true);
const text = process.env[BOOTSTRAP_VARIABLE];
if (text === undefined)
  throw new Error(`${BOOTSTRAP_VARIABLE} is not set: the host is started by a provider`);
// Not validated: the launcher, which is the parent of this process, has written it.
const inEnvironment = JSON.parse(text) as HostBootstrap;
const { keys, program } = readHostSecrets(inEnvironment);
const runs = inEnvironment.runs.map((run) => ({ ...run, bootstrap: { ...run.bootstrap, program } }));
const bootstrap: HostBootstrap = { ...inEnvironment, runs };
const { controlGroup } = bootstrap;
const security = securityFrom(keys, bootstrap.serverKey);
const logFile = prepareProcess(bootstrap);
const groups = new StartedGroups();
const start = await selectStart();
const own = { clock: systemClock, logFile, security, groups };
const host = new Host(bootstrap, { ...own, start, connect, endProcess });
listen();
const end = await host.run();
// If there is a provider, it ends the leftovers and reports them.
if (!host.hasProvider) await endOwnProcesses(controlGroup, logFile.log);
groups.killAll();
await exitAs(end);

/** What most services do not need is imported on demand, to keep their start fast. */
async function selectStart(): Promise<StartRun> {
  if (bootstrap.runsIn === 'worker_threads') {
    const { startThread } = await import('../threads/start-thread.js');
    return startThread(new URL('../threads/worker.js', import.meta.url));
  }
  // A program that uses the protocol itself: a task would report every event a second time.
  return program?.ready.kind === 'heartbeat' ? (await import('../program/shim.js')).startShim : startTask;
}

function connect(topics: readonly string[], receive: FrameHandler): Connection {
  const signing = composeSecurity(security);
  return new Connection(
    bootstrap.endpoints,
    topics,
    onlyFromProvider(receive, signing, logFile.log),
    signing,
  );
}

function listen(): void {
  // Ctrl-C in a terminal reaches all its processes. The provider handles it.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => host.stop());
  // Stops the program. The signal must not end this process, which would lose how the program ended.
  const signal = program?.stopSignal ?? 'SIGTERM';
  if (!['SIGTERM', 'SIGKILL', 'SIGSTOP'].includes(signal)) process.on(signal, () => host.stop());
  if (bootstrap.runsIn === 'worker_threads') {
    exitOnUncaughtError((line) => logFile.log.error(line));
    return;
  }
  process.on('uncaughtException', (error) => host.crash(error));
  process.on('unhandledRejection', (error) => host.crash(error));
}

/** This process is the leader of its process group. */
function endProcess(): void {
  const killGroup = () => process.kill(-process.pid, 'SIGKILL');
  void endOwnProcesses(controlGroup, logFile.log).finally(killGroup);
}

/** The provider takes the end of this process for the end of its only run. */
async function exitAs({ exitCode, signal }: RunEnd): Promise<never> {
  if (signal !== undefined) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    // Node ignores some signals; they do not end this process.
    await new Promise<void>((resolve) => systemClock.after(SIGNAL_MS, resolve));
  }
  process.exit(exitCode);
}
