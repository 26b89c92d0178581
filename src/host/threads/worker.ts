// The entry point of a thread: as host/process/main.ts in a process, but the bus is a port.

import { parentPort } from 'node:worker_threads';
import { createLogger, formatRecord } from '../../base/logger.js';
import { BOOTSTRAP_VARIABLE, type HostBootstrap } from '../../messages/host-bootstrap.js';
import { Host } from '../host.js';
import { ALWAYS_PRESENT } from '../orphan-watchdog.js';
import { readThreadIdentity } from '../thread-identity.js';
import { PortBus } from './port-bus.js';

process.setSourceMapsEnabled(true);
const port = parentPort;
const text = process.env[BOOTSTRAP_VARIABLE];
if (port === null || text === undefined)
  throw new Error('worker.js must be started as a thread by a thread host');
let bus: PortBus | undefined;
const log = createLogger((record) => process.stdout.write(`${formatRecord(record)}\n`));
const host = new Host(
  JSON.parse(text) as HostBootstrap,
  (topics, handle) => {
    bus = new PortBus(port, handle, () => host.stop());
    for (const topic of topics) bus.subscribe(topic);
    return bus;
  },
  {
    log,
    get loss() {
      return bus?.logLoss;
    },
  },
  { presence: () => bus?.presence ?? ALWAYS_PRESENT, thread: readThreadIdentity() },
);
process.on('uncaughtException', (error) => host.crash(error));
process.on('unhandledRejection', (error) => host.crash(error));
// Ends this thread only.
process.exit(await host.run());
