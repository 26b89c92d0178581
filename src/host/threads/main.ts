// The entry point of the process that runs the threads of a context.

import { systemClock } from '../../base/clock.js';
import { exitOnUncaughtError } from '../../base/fatal.js';
import { composeSecurity } from '../../bus/connection.js';
import { BOOTSTRAP_VARIABLE } from '../../messages/host-bootstrap.js';
import type { ThreadHostBootstrap } from '../../messages/thread-host.js';
import { readHostSecrets, securityFrom } from '../host-credentials.js';
import { endOwnProcesses } from '../own-processes.js';
import { prepareProcess } from '../prepare-process.js';
import { ThreadHost } from './thread-host.js';

const text = process.env[BOOTSTRAP_VARIABLE];
if (text === undefined)
  throw new Error(`${BOOTSTRAP_VARIABLE} is not set: a thread host is started by a provider`);
const bootstrap = JSON.parse(text) as ThreadHostBootstrap;
const { controlGroup } = bootstrap;
const security = composeSecurity(securityFrom(readHostSecrets(bootstrap), bootstrap.serverKey));
const logFile = prepareProcess(bootstrap);
exitOnUncaughtError((line) => logFile.log.error(line));
const host = new ThreadHost(bootstrap, {
  clock: systemClock,
  log: logFile.log,
  program: new URL('worker.js', import.meta.url),
  security,
});
process.on('SIGTERM', () => host.stop());
// Ctrl-C in a terminal reaches all its processes. The provider handles it.
process.on('SIGINT', () => undefined);
await host.run();
if (!host.hasProvider) await endOwnProcesses(controlGroup, logFile.log);
process.exit(0);
