// Parses the files of /proc about memory, I/O and the machine. Pure.

import type { MemoryMap } from './sample.js';

const KIB = 1024;

export interface Machine {
  readonly pageBytes: number;
  readonly ticksPerSecond: number;
  readonly bootedAtMs: number;
  readonly memoryBytes: number;
}

/** Parses /proc/PID/statm; values in pages. */
export function parseStatm(text: string): { readonly vms: number; readonly rss: number } | undefined {
  const [vms = NaN, rss = NaN] = text.split(' ', 2).map(Number);
  return Number.isNaN(vms + rss) ? undefined : { vms, rss };
}

/** Parses /proc/PID/io; bytes read from and written to the disk, without caches. */
export function parseIo(text: string): { readBytes: number; writeBytes: number } | undefined {
  const read = numberAfter(text, '\nread_bytes: ');
  const write = numberAfter(text, '\nwrite_bytes: ');
  return read === undefined || write === undefined ? undefined : { readBytes: read, writeBytes: write };
}

/** Parses /proc/PID/smaps_rollup; bytes. */
export function parsePss(text: string): number | undefined {
  const kib = numberAfter(text, '\nPss:');
  return kib === undefined ? undefined : kib * KIB;
}

/** Parses /proc/stat; boot time in milliseconds since the epoch. */
export function parseBootTime(text: string): number {
  return (numberAfter(text, '\nbtime ') ?? 0) * 1000;
}

/** Parses /proc/uptime; milliseconds. */
export function parseUptime(text: string): number {
  return Number.parseFloat(text) * 1000;
}

const AT_PAGESZ = 6n;
const AT_CLKTCK = 17n;

/** Parses /proc/self/auxv, the auxiliary vector: pairs of key and value. */
export function parseAuxv(words: BigUint64Array): Pick<Machine, 'pageBytes' | 'ticksPerSecond'> {
  const valueOf = (key: bigint) => words.findIndex((word, index) => index % 2 === 0 && word === key);
  const [page, tick] = [valueOf(AT_PAGESZ), valueOf(AT_CLKTCK)];
  return {
    pageBytes: page < 0 ? 4096 : Number(words[page + 1]),
    ticksPerSecond: tick < 0 ? 100 : Number(words[tick + 1]),
  };
}

/** The first line of a mapping: `561e2a41c000-561e2a41e000 r--p 00002000 fe:00 260386   /usr/bin/head`. */
const MAPPING = /^[0-9a-f]+-[0-9a-f]+ \S{4} [0-9a-f]+ \S+ \d+\s*(.*)$/;
const SIZE_LINE = /^(Size|Rss|Pss): +(\d+) kB$/;

/** Parses /proc/PID/smaps; adds up the mappings of each path, in order of first occurrence. */
export function parseSmaps(text: string): readonly MemoryMap[] {
  const maps = new Map<string, { size: number; rss: number; pss: number }>();
  let sums = { size: 0, rss: 0, pss: 0 };
  for (const line of text.split('\n')) {
    const match = SIZE_LINE.exec(line);
    if (match !== null) {
      const key = match[1] === 'Size' ? 'size' : match[1] === 'Rss' ? 'rss' : 'pss';
      sums[key] += Number(match[2]) * KIB;
      continue;
    }
    const path = MAPPING.exec(line)?.[1];
    if (path === undefined) continue;
    sums = maps.get(path || '[anon]') ?? { size: 0, rss: 0, pss: 0 };
    maps.set(path || '[anon]', sums);
  }
  return [...maps].map(([path, { size, rss, pss }]) => ({
    path,
    rssBytes: rss,
    sizeBytes: size,
    pssBytes: pss,
  }));
}

function numberAfter(text: string, label: string): number | undefined {
  const at = text.indexOf(label);
  const value = at < 0 ? NaN : Number.parseInt(text.slice(at + label.length, at + label.length + 40), 10);
  return Number.isNaN(value) ? undefined : value;
}
