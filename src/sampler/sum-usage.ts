// Adds up the usage of a process and its descendants. Pure.

import type { ProcessUsage, UsageTotals } from './sample.js';

export function sumUsage(all: readonly ProcessUsage[]): UsageTotals {
  const fds = sumKnown(all, 'fds');
  const readBytes = sumKnown(all, 'readBytes');
  const writeBytes = sumKnown(all, 'writeBytes');
  const pssBytes = sumKnown(all, 'pssBytes');
  return {
    rssBytes: sum(all, 'rssBytes'),
    vmsBytes: sum(all, 'vmsBytes'),
    memoryPercent: sum(all, 'memoryPercent'),
    cpuPercent: sum(all, 'cpuPercent'),
    threads: sum(all, 'threads'),
    ...(fds === undefined ? {} : { fds }),
    ...(readBytes === undefined ? {} : { readBytes }),
    ...(writeBytes === undefined ? {} : { writeBytes }),
    ...(pssBytes === undefined ? {} : { pssBytes }),
  };
}

type Required = 'rssBytes' | 'vmsBytes' | 'memoryPercent' | 'cpuPercent' | 'threads';
type Optional = 'fds' | 'readBytes' | 'writeBytes' | 'pssBytes';

function sum(all: readonly ProcessUsage[], key: Required): number {
  let total = 0;
  for (const each of all) total += each[key];
  return total;
}

/** Adds the known values; undefined if all are missing. */
function sumKnown(all: readonly ProcessUsage[], key: Optional): number | undefined {
  let total: number | undefined;
  for (const each of all) if (each[key] !== undefined) total = (total ?? 0) + each[key];
  return total;
}
