// Selects the numbers of a sample for the history and the record.

import type { ServiceSample } from '../messages/samples.js';
import type { Values } from './history.js';

/** The totals of a service and its descendants; each process counts once. */
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
