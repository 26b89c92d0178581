// contextd/monitor: what the task service Monitor is made of.

import { isMainThread } from 'node:worker_threads';
import { ContextdError } from '../base/errors.js';
import type { Monitor } from './monitor.js';
import type { MonitorPorts } from './ports.js';

export { monitorConfiguration, type MonitorConfiguration } from './configuration.js';
export type { Monitor } from './monitor.js';
export type { MonitorPorts } from './ports.js';

/**
 * Begins to watch the services of a transaction; call `sample` from time to time, and `close` at the end.
 * Throws BUS_ADDRESS_IN_USE and BUS_BIND_REFUSED for its addresses, SVC_CONFIGURATION_INVALID in a thread.
 */
export async function openMonitor(ports: MonitorPorts): Promise<Monitor> {
  if (!isMainThread) {
    throw new ContextdError('SVC_CONFIGURATION_INVALID', 'a Monitor cannot run as a thread: it has sockets', {
      hint: 'write serviceType="Process" in its <TaskService>',
    });
  }
  // Loaded late: ZeroMQ must not even be loaded in a thread.
  const { Monitor } = await import('./monitor.js');
  return await Monitor.open(ports);
}
