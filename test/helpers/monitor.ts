// A Monitor among the services of a test, and how to find and hear it.

import type { ServiceSpec } from './context.js';
import type { BusObserver } from './bus-observer.js';

/** Nested elements of its <configuration>; ports are wildcards, samples come fast. */
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

/** Where a Monitor has said that it is to be found. */
export async function findMonitor(
  observer: BusObserver,
  id = 'ts_mon',
): Promise<{ readonly endpoint: string; readonly metrics: string }> {
  const { status } = (await observer.waitForEvent(id, 'updated')).content;
  return { endpoint: String(status.monitor_endpoint), metrics: String(status.metrics_url) };
}
