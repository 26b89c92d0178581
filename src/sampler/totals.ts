// The sums over a process and all that descend from it. Pure.

import type { ProcessFigures, Totals } from './sample.js';

export function sumFigures(all: readonly ProcessFigures[]): Totals {
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

function sum(all: readonly ProcessFigures[], key: Required): number {
  let total = 0;
  for (const each of all) total += each[key];
  return total;
}

/** Over those of which it is known; undefined where it is known of none. */
function sumKnown(all: readonly ProcessFigures[], key: Optional): number | undefined {
  let total: number | undefined;
  for (const each of all) if (each[key] !== undefined) total = (total ?? 0) + each[key];
  return total;
}
