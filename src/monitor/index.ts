// The entry point contextd/monitor: opens a Monitor.

import { isMainThread } from 'node:worker_threads';
import { ContextdError } from '../base/errors.js';
import type { Monitor } from './monitor.js';
import type { MonitorPorts } from './ports.js';

export { monitorConfiguration, type MonitorConfiguration } from './configuration.js';
export type { Monitor } from './monitor.js';
export type { MonitorPorts } from './ports.js';

/**
 * Opens a Monitor for the services of a transaction. Call `sample` regularly, and `close` at the end.
 * Throws BUS_ADDRESS_IN_USE or BUS_BIND_REFUSED for its addresses, and SVC_CONFIGURATION_INVALID in a thread.
 */
export async function openMonitor(ports: MonitorPorts): Promise<Monitor> {
  if (!isMainThread) {
    throw new ContextdError(
      'SVC_CONFIGURATION_INVALID',
      'a Monitor cannot run as a thread, because it uses ZeroMQ sockets',
      {
        hint: 'set serviceType="Process" in its <TaskService>',
      },
    );
  }
  // Import late: a thread must not load ZeroMQ.
  const { Monitor } = await import('./monitor.js');
  return await Monitor.open(ports);
}
