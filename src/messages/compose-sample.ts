// Converts a measured sample to its message form: bytes to MiB, milliseconds to seconds.

import type { ProcessUsage, Sample, UsageTotals } from '../sampler/sample.js';
import type { ChildSample, Memory } from './samples.js';

const MIB = 1024 * 1024;

export function composeMemory(sample: Sample): Memory {
  const { main, connections, openedFiles, memoryMaps } = sample;
  return {
    ...composeFigures(main),
    status: main.status,
    create_time: main.startedAtMs / 1000,
    children: sample.children.map(composeChild),
    total: composeFigures(sample.total),
    ...(connections === undefined
      ? {}
      : {
          connections: connections.map(({ local, remote, ...rest }) => ({
            ...rest,
            laddr: local,
            raddr: remote,
          })),
        }),
    ...(openedFiles === undefined ? {} : { opened_files: openedFiles.map((file) => ({ ...file })) }),
    ...(memoryMaps === undefined
      ? {}
      : {
          memory_map: memoryMaps.map(({ path, rssBytes, sizeBytes, pssBytes }) => ({
            path,
            rss: rssBytes / MIB,
            size: sizeBytes / MIB,
            pss: pssBytes / MIB,
          })),
        }),
    timestamp: sample.atMs / 1000,
    elapsed: sample.elapsedMs / 1000,
  };
}

function composeChild(child: ProcessUsage): ChildSample {
  const { pid, status, startedAtMs, name } = child;
  return { pid, status, create_time: startedAtMs / 1000, name, ...composeFigures(child) };
}

function composeFigures(of: UsageTotals): Memory['total'] & { rss: number; vms: number; percent: number } {
  const { fds, readBytes, writeBytes, pssBytes } = of;
  return {
    rss: of.rssBytes / MIB,
    vms: of.vmsBytes / MIB,
    percent: of.memoryPercent,
    cpu: of.cpuPercent,
    ...(of.threads === 0 ? {} : { threads: of.threads }),
    ...(fds === undefined ? {} : { fds }),
    ...(readBytes === undefined ? {} : { read_bytes: readBytes }),
    ...(writeBytes === undefined ? {} : { write_bytes: writeBytes }),
    ...(pssBytes === undefined ? {} : { pss: pssBytes / MIB }),
  };
}
