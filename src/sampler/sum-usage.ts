// Adds up the usage of a process and its descendants. Pure.

import type { ProcessUsage, UsageTotals } from './sample.js';

const REQUIRED = ['rssBytes', 'vmsBytes', 'memoryPercent', 'cpuPercent', 'threads'] as const;
const OPTIONAL = ['fds', 'readBytes', 'writeBytes', 'pssBytes'] as const;

/** Leaves out an optional value that no process has. */
export function sumUsage(all: readonly ProcessUsage[]): UsageTotals {
  const totals = { rssBytes: 0, vmsBytes: 0, memoryPercent: 0, cpuPercent: 0, threads: 0 };
  const known: Partial<Record<(typeof OPTIONAL)[number], number>> = {};
  for (const each of all) {
    for (const key of REQUIRED) totals[key] += each[key];
    for (const key of OPTIONAL) {
      const value = each[key];
      if (value !== undefined) known[key] = (known[key] ?? 0) + value;
    }
  }
  return { ...totals, ...known };
}
