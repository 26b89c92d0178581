import { describe, expect, it } from 'vitest';
import {
  parseAuxv,
  parseBootTime,
  parseIo,
  parsePss,
  parseSmaps,
  parseStatm,
  parseUptime,
} from '../../../src/sampler/parse-proc.js';
import { nameMode } from '../../../src/sampler/proc-fds.js';

describe('parseStatm', () => {
  it.each([
    ['256404 12702 9500 22 0 46000 0\n', { vms: 256_404, rss: 12_702 }],
    ['0 0 0 0 0 0 0\n', { vms: 0, rss: 0 }],
    ['34359738368 5 0 0 0 0 0\n', { vms: 34_359_738_368, rss: 5 }],
    ['', undefined],
    ['12\n', undefined],
    ['12 x', undefined],
  ])('%j', (text, expected) => expect(parseStatm(text)).toEqual(expected));
});

describe('parseIo', () => {
  const head = 'rchar: 6976\nwchar: 5\nsyscr: 10\nsyscw: 0\n';
  it.each([
    [
      `${head}read_bytes: 4096\nwrite_bytes: 8192\ncancelled_write_bytes: 1\n`,
      { readBytes: 4096, writeBytes: 8192 },
    ],
    [
      `${head}read_bytes: 0\nwrite_bytes: 9007199254740991\n`,
      { readBytes: 0, writeBytes: Number.MAX_SAFE_INTEGER },
    ],
    [`${head}read_bytes: 4096\n`, undefined],
    ['', undefined],
  ])('%j', (text, expected) => expect(parseIo(text)).toEqual(expected));
});

describe('what is said of the machine', () => {
  it('reads the page size and the clock from what the system gives every program', () => {
    expect(parseAuxv(BigUint64Array.of(33n, 6n, 6n, 16_384n, 17n, 250n, 0n, 0n))).toEqual({
      pageBytes: 16_384,
      ticksPerSecond: 250,
    });
  });

  it('takes what is usual where the system does not say', () => {
    expect(parseAuxv(BigUint64Array.of(0n, 0n))).toEqual({ pageBytes: 4096, ticksPerSecond: 100 });
  });

  it('reads when the machine was started, and for how long it runs', () => {
    expect(parseBootTime('cpu 1 2\nintr 5 btime\nctxt 61965059\nbtime 1795368837\nprocesses 3\n')).toBe(
      1_795_368_837_000,
    );
    expect(parseUptime('12455.59 20000.00\n')).toBe(12_455_590);
  });
});

const mapping = (head: string, size: number, rss: number, pss: number) =>
  `${head}\nSize: ${size} kB\nKernelPageSize:        4 kB\nRss:       ${rss} kB\nPss:     ${pss} kB\nPss_Dirty: 9 kB\nVmFlags: rd ex\n`;

describe('parseSmaps', () => {
  it('adds the mappings of one path, and those of none', () => {
    const text = [
      mapping('561e2a41c000-561e2a41e000 r--p 00000000 fe:00 260386       /usr/bin/a b (deleted)', 8, 8, 4),
      mapping('7f0000000000-7f0000001000 rw-p 00000000 00:00 0 ', 100, 50, 50),
      mapping('561e2a41e000-561e2a424000 r-xp 00002000 fe:00 260386       /usr/bin/a b (deleted)', 24, 16, 8),
      mapping('7f0000002000-7f0000003000 rw-p 00000000 00:00 0', 1, 1, 1),
      mapping('7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0            [stack]', 132, 20, 20),
    ].join('');
    const row = (path: string, size: number, rss: number, pss: number) => ({
      path,
      sizeBytes: size * 1024,
      rssBytes: rss * 1024,
      pssBytes: pss * 1024,
    });
    expect(parseSmaps(text)).toEqual([
      row('/usr/bin/a b (deleted)', 32, 24, 12),
      row('[anon]', 101, 51, 51),
      row('[stack]', 132, 20, 20),
    ]);
  });

  it.each([[''], ['561e2a41c000-561e2a4'], ['Rss: 5 kB\n']])('finds none in %j', (text) => {
    expect(parseSmaps(text)).toEqual([]);
  });

  it('reads the sum of them all', () => {
    expect(parsePss(mapping('5614d0cd7000-7fff6e366000 ---p 00000000 00:00 0 [rollup]', 1, 1, 239))).toBe(
      239 * 1024,
    );
    expect(parsePss('')).toBeUndefined();
  });
});

describe('the mode of an opened file', () => {
  it.each([
    ['0100000', 'r'],
    ['0100001', 'w'],
    ['0102001', 'a'],
    ['02', 'r+'],
    ['02002', 'a+'],
    ['02102101', 'a'],
  ])('%s is %s', (flags, mode) => expect(nameMode(Number.parseInt(flags, 8))).toBe(mode));
});
