// Replies to `top` of a provider with many services, computed from their numbers.

import type { Memory, TopEntry, TopReply } from '../../src/messages/samples.js';
import { createView } from '../../src/cli/live/update.js';
import type { Sample, Size, View } from '../../src/cli/live/view.js';

/** 2026-01-01 12:00:00 in the local time zone. */
export const AT_MS = new Date(2026, 0, 1, 12, 0, 0).getTime();

const NO_MEMORY = { pid: null, status: 'defined', memory: null } as const;

/** Every tenth service is not running; `step` varies the values. */
export function topEntry(index: number, step = 0): TopEntry {
  const base = {
    service_id: `ts_${index}`,
    serviceName: `name_${index}`,
    instance: index % 2 === 0 ? 'Walker' : 'Runner',
    uptime_s: 60 * index + step,
    restarts: index % 3,
  };
  if (index % 10 === 0) return { ...base, ...NO_MEMORY };
  return { ...base, pid: 1000 + index, status: 'started', memory: topMemory(index, step) };
}

export function topMemory(index: number, step: number): Memory {
  const own = {
    rss: 40 + index + (step % 7),
    vms: 1100 + index,
    percent: 0.5,
    cpu: (index * 7 + step * 13) % 90,
    threads: 11,
    fds: 20 + (index % 5),
    read_bytes: 1024 * 1024 * index,
    write_bytes: 2 * 1024 * 1024,
  };
  const child = {
    ...own,
    pid: 9000 + index,
    status: 'running',
    create_time: AT_MS / 1000,
    name: `child-${index}`,
  };
  const children = index % 4 === 1 ? [child] : [];
  const total = children.length === 0 ? own : { ...own, rss: own.rss * 2, cpu: own.cpu * 2, threads: 22 };
  return { ...own, status: 'sleeping', children, total, timestamp: AT_MS / 1000 + step, elapsed: 0.01 };
}

export function topReply(count: number, step = 0): TopReply {
  return Array.from({ length: count }, (_, index) => topEntry(index + 1, step));
}

export function topSample(entries: TopReply, step = 0, detail?: TopEntry): Sample {
  const about = { contextId: 'context001', transaction: 'T1', endpoint: 'tcp://127.0.0.1:5557' };
  return { about, entries, detail, atMs: AT_MS + step * 1000 };
}

export function topView(entries: TopReply, size: Size = { columns: 80, rows: 24 }): View {
  return createView(topSample(entries), size, 1000);
}
