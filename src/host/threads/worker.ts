// The entry point of a thread: runs one task, with a port to the main thread as its bus.

import { parentPort } from 'node:worker_threads';
import { createLogger, formatRecord } from '../../base/logger.js';
import { BOOTSTRAP_VARIABLE, type HostBootstrap } from '../../messages/host-bootstrap.js';
import { TaskRunner } from '../task-runner.js';
import { readThreadIdentity } from '../thread-identity.js';
import { PortBus } from './port-bus.js';

process.setSourceMapsEnabled(true);
const port = parentPort;
const text = process.env[BOOTSTRAP_VARIABLE];
const { endpoints, runs } = JSON.parse(text ?? '{"runs":[]}') as HostBootstrap;
const [run] = runs;
if (port === null || run === undefined) throw new Error('worker.js must be started as a thread by a host');
const bus = new PortBus(port, () => runner.stop());
const log = createLogger((record) => process.stdout.write(`${formatRecord(record)}\n`));
const logFile = {
  log,
  get loss() {
    return bus.logLoss;
  },
};
const runner = new TaskRunner(run.bootstrap, bus, logFile, {
  endpoints,
  presence: bus.presence,
  thread: readThreadIdentity(),
});
process.on('uncaughtException', (error) => runner.crash(error));
process.on('unhandledRejection', (error) => runner.crash(error));
// Ends this thread only.
process.exit(await runner.run());
