// A Monitor service for tests, and its addresses.

import type { ServiceSpec } from './context.js';
import type { BusObserver } from './bus-observer.js';

/** A Monitor on a wildcard port that samples every 0.2 s; `more` adds elements to its <configuration>. */
export function monitorService(more: Readonly<Record<string, unknown>> = {}): ServiceSpec {
  return {
    id: 'ts_mon',
    instance: 'Monitor',
    name: 'monitor',
    // The package's own.
    location: '',
    configuration: {
      service: { type: 'pub', endpoint: 'tcp://127.0.0.1:*', frequency_s: '0.2' },
      monitor_options: { opened_files: 'false', open_connections: '', memory_maps: '' },
      ...more,
    },
  };
}

/** Waits for the addresses that a Monitor reports. */
export async function findMonitor(
  observer: BusObserver,
  id = 'ts_mon',
): Promise<{ readonly endpoint: string; readonly metrics: string }> {
  const { status } = (await observer.waitForEvent(id, 'updated')).content;
  return { endpoint: String(status.monitor_endpoint), metrics: String(status.metrics_url) };
}
