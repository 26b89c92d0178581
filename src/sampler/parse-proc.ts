// The other files of /proc that tell of memory, transfer and the machine -> values. Pure.

import type { MemoryMap } from './sample.js';

const KIB = 1024;

export interface Machine {
  readonly pageBytes: number;
  readonly ticksPerSecond: number;
  readonly bootedAtMs: number;
  readonly memoryBytes: number;
}

/** /proc/PID/statm: pages. */
export function parseStatm(text: string): { readonly vms: number; readonly rss: number } | undefined {
  const [vms = NaN, rss = NaN] = text.split(' ', 2).map(Number);
  return Number.isNaN(vms + rss) ? undefined : { vms, rss };
}

/** /proc/PID/io: bytes from and to the disk, not from caches. */
export function parseIo(text: string): { readBytes: number; writeBytes: number } | undefined {
  const read = numberAfter(text, '\nread_bytes: ');
  const write = numberAfter(text, '\nwrite_bytes: ');
  return read === undefined || write === undefined ? undefined : { readBytes: read, writeBytes: write };
}

/** /proc/PID/smaps_rollup. */
export function parsePss(text: string): number | undefined {
  const kib = numberAfter(text, '\nPss:');
  return kib === undefined ? undefined : kib * KIB;
}

/** /proc/stat: when the machine was started, in milliseconds since the epoch. */
export function parseBootTime(text: string): number {
  return (numberAfter(text, '\nbtime ') ?? 0) * 1000;
}

/** /proc/uptime. */
export function parseUptime(text: string): number {
  return Number.parseFloat(text) * 1000;
}

const AT_PAGESZ = 6n;
const AT_CLKTCK = 17n;

/** /proc/self/auxv: pairs of words, as the system gives them to every program it starts. */
export function parseAuxv(words: BigUint64Array): Pick<Machine, 'pageBytes' | 'ticksPerSecond'> {
  const valueOf = (key: bigint) => words.findIndex((word, index) => index % 2 === 0 && word === key);
  const [page, tick] = [valueOf(AT_PAGESZ), valueOf(AT_CLKTCK)];
  return {
    pageBytes: page < 0 ? 4096 : Number(words[page + 1]),
    ticksPerSecond: tick < 0 ? 100 : Number(words[tick + 1]),
  };
}

/** The line that starts a mapping: `561e2a41c000-561e2a41e000 r--p 00002000 fe:00 260386   /usr/bin/head`. */
const MAPPING = /^[0-9a-f]+-[0-9a-f]+ \S{4} [0-9a-f]+ \S+ \d+\s*(.*)$/;
const FIGURE = /^(Size|Rss|Pss): +(\d+) kB$/;

/** /proc/PID/smaps: all mappings of one path together, in the order of their first. */
export function parseSmaps(text: string): readonly MemoryMap[] {
  const maps = new Map<string, { size: number; rss: number; pss: number }>();
  let sums = { size: 0, rss: 0, pss: 0 };
  for (const line of text.split('\n')) {
    const figure = FIGURE.exec(line);
    if (figure !== null) {
      const key = figure[1] === 'Size' ? 'size' : figure[1] === 'Rss' ? 'rss' : 'pss';
      sums[key] += Number(figure[2]) * KIB;
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
