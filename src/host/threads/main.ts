// The program of the process that holds the threads of a context.

import { systemClock } from '../../base/clock.js';
import { endOnFault } from '../../base/fatal.js';
import { BOOTSTRAP_VARIABLE } from '../../messages/host-bootstrap.js';
import type { ThreadHostBootstrap } from '../../messages/thread-host.js';
import { securityOf } from '../../bus/connection.js';
import { joinControlGroup } from '../../processes/control-group.js';
import { captureOutput } from '../capture-output.js';
import { endOwnProcesses } from '../own-processes.js';
import { LogFile } from '../../base/log-file.js';
import { rotateStdout } from '../stdout-rotation.js';
import { readHostSecrets, securityFrom } from '../host-credentials.js';
import { ThreadHost } from './thread-host.js';

const text = process.env[BOOTSTRAP_VARIABLE];
if (text === undefined)
  throw new Error(`${BOOTSTRAP_VARIABLE} is not set: a thread host is started by a provider`);
const bootstrap = JSON.parse(text) as ThreadHostBootstrap;
const { log } = bootstrap;
const security = securityOf(securityFrom(readHostSecrets(bootstrap), bootstrap.serverKey));
const logFile = new LogFile(log);
captureOutput((bytes) => logFile.write(bytes));
const { controlGroup } = bootstrap;
if (controlGroup !== undefined && !joinControlGroup(controlGroup))
  logFile.log.warn(`cannot join the control group ${controlGroup}`);
rotateStdout({ path: log.out, descriptor: 1, maxBytes: log.maxBytes }, systemClock);
endOnFault((line) => logFile.log.error(line));
const host = new ThreadHost(bootstrap, {
  clock: systemClock,
  log: logFile.log,
  program: new URL('worker.js', import.meta.url),
  security,
});
process.on('SIGTERM', () => host.stop());
// Ctrl-C reaches the whole terminal; the provider decides what it means.
process.on('SIGINT', () => undefined);
await host.run();
if (!host.hasProvider) await endOwnProcesses(controlGroup, logFile.log);
process.exit(0);
