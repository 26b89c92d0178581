// The few numbers that are kept of a service's sample, in history and records.

import type { ServiceSample } from '../messages/samples.js';
import type { Values } from './history.js';

/** Of the service with all that descends from it, each process counted once. */
export function valuesOf({ total, children }: ServiceSample, lagMs: number | undefined): Values {
  const { rss, vms, cpu, threads, fds, pss } = total;
  return {
    rss,
    vms,
    children: children.length,
    ...(cpu === undefined ? {} : { cpu }),
    ...(threads === undefined ? {} : { threads }),
    ...(fds === undefined ? {} : { fds }),
    ...(pss === undefined ? {} : { pss }),
    ...(lagMs === undefined ? {} : { event_loop_lag_ms: lagMs }),
  };
}
