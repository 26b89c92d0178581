// Prepares a child process of the provider before its host runs: log, control group, rotation of its output.

import { systemClock } from '../base/clock.js';
import { LogFile } from '../base/log-file.js';
import type { HostBootstrap } from '../messages/host-bootstrap.js';
import { joinControlGroup } from '../processes/control-group.js';
import { captureOutput } from './capture-output.js';
import { rotateStdout } from './stdout-rotation.js';

/** Opens the log of this process and returns it. Output of the process goes to the log from now on. */
export function prepareProcess({ log, controlGroup }: Pick<HostBootstrap, 'log' | 'controlGroup'>): LogFile {
  const logFile = new LogFile(log);
  captureOutput((bytes) => logFile.write(bytes));
  if (controlGroup !== undefined && !joinControlGroup(controlGroup))
    logFile.log.warn(`cannot join the control group ${controlGroup}`);
  rotateStdout({ path: log.out, descriptor: 1, maxBytes: log.maxBytes }, systemClock);
  return logFile;
}
