// What is measured agrees with what ps, ss, lsof and the system itself say of the same processes.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/package.js';
import { createSampler } from '../../../src/sampler/sampler.js';
import type { OpenConnection, Sample } from '../../../src/sampler/sample.js';
import { eventually } from '../../helpers/eventually.js';
import { openFolder, type TestFolder } from '../../helpers/folder.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { readProc } from '../../helpers/processes.js';
import { spawnProgram } from '../../helpers/program.js';
import { lsof, ps, ss } from '../../helpers/system-tools.js';
import { needs } from '../../helpers/requirements.js';

expectNoLeftovers();

const program = join(packageRoot, 'test', 'fixtures', 'programs', 'household.js');
/** The one reads /proc, the other asks ps. */
const SAMPLERS = [
  ['proc', {}],
  ['usage', needs('ps')],
] as const;

/** The pids of the process, its child and its grandchild, when all that they hold is there. */
async function startHousehold(folder: TestFolder) {
  const { child, out, ...rest } = spawnProgram(process.execPath, program, folder.path);
  const pids = JSON.parse(await out.waitFor(() => true)) as readonly [number, number, number];
  expect(pids[0]).toBe(child.pid);
  return { pids, [Symbol.asyncDispose]: rest[Symbol.asyncDispose] };
}

/** CPU times have a resolution of 10 ms, some start times of a second. */
const ROUNDED_MS = 50;

function isClose(found: number, expected: number, part = 0.02): boolean {
  return Math.abs(found - expected) <= expected * part;
}

/** The differing ones of such pairs; between two looks a process may change, so looks are repeated. */
async function agree(look: () => Promise<Readonly<Record<string, readonly [unknown, unknown]>>>) {
  let differing: unknown;
  await eventually(
    async () => {
      differing = Object.entries(await look()).filter(([, [found, expected]]) =>
        typeof found === 'number' && typeof expected === 'number'
          ? !isClose(found, expected)
          : JSON.stringify(found) !== JSON.stringify(expected),
      );
      return (differing as readonly unknown[]).length === 0;
    },
    'the tools agree',
    10_000,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}: [found, expected] ${JSON.stringify(differing)}`);
  });
}

type Pair = readonly [string, readonly [unknown, unknown]];
const pair = (name: string, found: unknown, expected: unknown): Pair => [name, [found, expected]];

const everyone = ({ main, children }: Sample) => [main, ...children];

/** Formats a connection like the helper `ss`. */
function nameAsSs({ family, type, local, remote, status, fd }: OpenConnection): string {
  const state = { LISTEN: 'LISTEN', ESTABLISHED: 'ESTAB', NONE: 'UNCONN' }[status] ?? status;
  if (family === 'unix') return ['u_str', state, local, '', fd].join(' ');
  const anyPeer = family === 'ipv6' ? '[::]:*' : '0.0.0.0:*';
  return [type === 'stream' ? 'tcp' : 'udp', state, local, remote || anyPeer, fd].join(' ');
}

interface Look {
  readonly ranMs: number;
  readonly atMs: number;
}

/** What all threads of a process have run by now, by the scheduler's own nanoseconds. */
function look(pid: number): Look {
  const threads = readdirSync(`/proc/${pid}/task`);
  const ran = threads.map((tid) => Number(readProc(pid, `task/${tid}/schedstat`).split(' ')[0]));
  return { ranMs: ran.reduce((sum, each) => sum + each, 0) / 1e6, atMs: Date.now() };
}

/** When it was started, to a hundredth of a second; the start of the system is known in whole seconds only. */
function startOf(pid: number): number {
  const [uptimeS] = readFileSync('/proc/uptime', 'utf8').split(' ');
  const ticks = readProc(pid, 'stat').split(') ')[1]!.split(' ')[19];
  return Date.now() - (Number(uptimeS) - Number(ticks) / 100) * 1000;
}

/** A figure is about two moments, each between two looks: no pause anywhere takes it out of what these allow. */
function expectWithin(
  percent: number,
  from: { readonly before: Look; readonly after: Look },
  to: { readonly before: Look; readonly after: Look },
): void {
  const least =
    (to.before.ranMs - from.after.ranMs - ROUNDED_MS) / (to.after.atMs - from.before.atMs + ROUNDED_MS);
  const most =
    (to.after.ranMs - from.before.ranMs + ROUNDED_MS) / (to.before.atMs - from.after.atMs - ROUNDED_MS);
  expect(percent).toBeGreaterThanOrEqual(least * 100);
  expect(percent).toBeLessThanOrEqual(most > 0 ? most * 100 : Infinity);
}

for (const [kind, needed] of SAMPLERS)
  describe(`The sampler called ${kind}`, needed, () => {
    test('agrees with ps on a process, its child and its grandchild.', needs('ps'), async () => {
      await using folder = await openFolder();
      await using household = await startHousehold(folder);
      const { pids } = household;
      const sampler = createSampler({ kind });
      await agree(async () => {
        const [sample] = await sampler.sample([{ pid: pids[0] }]);
        const rows = await ps(pids);
        const found = everyone(sample!);
        const sum = (key: 'rssBytes' | 'vmsBytes') => rows.reduce((total, row) => total + row[key], 0);
        return {
          pids: [found.map(({ pid }) => pid), pids],
          rss: [sample!.total.rssBytes, sum('rssBytes')],
          vms: [sample!.total.vmsBytes, sum('vmsBytes')],
          ...Object.fromEntries(
            rows.flatMap((row, index): readonly Pair[] => [
              pair(`parent ${index}`, found[index]?.parent, row.parent),
              pair(`name ${index}`, found[index]?.name, row.name),
              pair(`rss ${index}`, found[index]?.rssBytes, row.rssBytes),
              pair(`vms ${index}`, found[index]?.vmsBytes, row.vmsBytes),
              ...(kind === 'proc' ? [pair(`threads ${index}`, found[index]?.threads, row.threads)] : []),
              pair(`start ${index}`, Math.abs(found[index]!.startedAtMs - row.startedAtMs) < 2500, true),
            ]),
          ),
        };
      });
    });

    test('agrees with the scheduler on how busy a process is, since its start and since the last time.', async () => {
      await using busy = spawnProgram(process.execPath, '-e', 'console.log("here"); for (;;);');
      await busy.out.waitFor(() => true);
      const pid = busy.child.pid!;
      const sampler = createSampler({ kind });
      const measure = async () => {
        const before = look(pid);
        const [sample] = await sampler.sample([{ pid }]);
        return { before, main: sample!.main, after: look(pid) };
      };
      const run = async (ms: number) => {
        const limit = look(pid).ranMs + ms;
        await eventually(() => look(pid).ranMs > limit, `it has run for ${ms} ms`);
      };
      await run(1000);
      const first = await measure();
      const born = { ranMs: 0, atMs: startOf(pid) };
      expectWithin(first.main.cpuPercent, { before: born, after: born }, first);
      await run(1000);
      const second = await measure();
      expectWithin(second.main.cpuPercent, first, second);
      // What it has used since, not since its start.
      expect(second.main.startedAtMs).toBe(first.main.startedAtMs);
    });

    test('agrees with ss on connections.', needs('ss'), async () => {
      await using folder = await openFolder();
      await using household = await startHousehold(folder);
      const [pid] = household.pids;
      const sampler = createSampler({ kind });
      await agree(async () => {
        const [sample] = await sampler.sample([{ pid }], { openConnections: true });
        const own = sample!.connections!.filter((each) => each.pid === pid);
        if (kind === 'proc') return { connections: [own.map(nameAsSs).sort(), await ss(pid)] };
        // The other sampler knows no descriptors, and connections of TCP only.
        const isTcp = (line: string) => line.startsWith('tcp');
        const withoutFd = (line: string) => line.replace(/ -?\d+$/, '');
        const [found, expected] = [own.map(nameAsSs), await ss(pid)].map((lines) =>
          lines.filter(isTcp).map(withoutFd).sort(),
        );
        return { connections: [found, expected], some: [expected!.length, 4] };
      });
    });
  });

test(
  'What is open agrees with lsof and /proc: descriptors, and files with their modes.',
  needs('lsof'),
  async () => {
    await using folder = await openFolder();
    await using household = await startHousehold(folder);
    const { pids } = household;
    const sampler = createSampler({ kind: 'proc' });
    await agree(async () => {
      const [sample] = await sampler.sample([{ pid: pids[0] }], { openedFiles: true });
      const listed = await Promise.all(pids.map(lsof));
      const files = (pid: number) =>
        sample!.openedFiles!.filter((file) => file.pid === pid).map(({ fd, path }) => `${fd} ${path}`);
      return {
        fds: [everyone(sample!).map(({ fds }) => fds), listed.map((rows) => rows.length)],
        counted: [sample!.total.fds, pids.flatMap((pid) => readdirSync(`/proc/${pid}/fd`)).length],
        files: [
          pids.map(files),
          listed.map((rows) =>
            rows.filter(({ type }) => type === 'REG').map(({ fd, path }) => `${fd} ${path}`),
          ),
        ],
      };
    });
    const [sample] = await sampler.sample([{ pid: pids[0] }], { openedFiles: true });
    const own = sample!.openedFiles!.filter(({ path }) => path.startsWith(folder.path));
    expect(own.map(({ mode, path }) => `${mode} ${path.slice(folder.path.length + 1)}`)).toEqual([
      'w w',
      'r w',
      'a a',
      'r+ w',
      'a+ a+',
      'w of the grandchild',
    ]);
  },
);

test('Maps agree with smaps, the proportional size with its roll-up, and transfer with io.', async () => {
  await using folder = await openFolder();
  await using household = await startHousehold(folder);
  const [pid] = household.pids;
  const sampler = createSampler({ kind: 'proc' });
  const sumOf = (text: string, label: string) =>
    [...text.matchAll(new RegExp(`^${label}: +(\\d+) kB`, 'gm'))].reduce(
      (sum, [, kb]) => sum + Number(kb),
      0,
    ) * 1024;
  await agree(async () => {
    const [sample] = await sampler.sample([{ pid }], { memoryMaps: true, pss: true });
    const [smaps, rollup] = ['smaps', 'smaps_rollup'].map((name) => readProc(pid, name));
    const maps = sample!.memoryMaps!;
    const sum = (key: 'rssBytes' | 'pssBytes' | 'sizeBytes') =>
      maps.reduce((total, map) => total + map[key], 0);
    const ofProgram = smaps!
      .split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)
      .filter((each) => each.includes(process.execPath));
    const program = maps.find(({ path }) => path === process.execPath);
    const io = readProc(pid, 'io');
    return {
      rss: [sum('rssBytes'), sumOf(smaps!, 'Rss')],
      pss: [sum('pssBytes'), sumOf(smaps!, 'Pss')],
      size: [sum('sizeBytes'), sumOf(smaps!, 'Size')],
      program: [program?.rssBytes, sumOf(ofProgram.join(''), 'Rss')],
      rolledUp: [sample!.main.pssBytes, sumOf(rollup!, 'Pss')],
      read: [sample!.main.readBytes, Number(/^read_bytes: (\d+)/m.exec(io)?.[1])],
      written: [sample!.main.writeBytes, Number(/^write_bytes: (\d+)/m.exec(io)?.[1])],
      paths: [new Set(maps.map(({ path }) => path)).size, maps.length],
    };
  });
});
