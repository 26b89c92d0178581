// The details of one service: recent history, processes, connections, open files and memory maps.

import { isSameRun, type RunIdentity } from '../../messages/run-identity.js';
import type { Memory, TopEntry } from '../../messages/samples.js';
import {
  formatBytes,
  formatCount,
  formatUptime,
  formatMemory,
  formatMs,
  formatPercent,
  NONE,
} from './format-cells.js';
import { span, type Line } from './line.js';
import { toRow } from './row-data.js';
import { cpuScale, drawSparkline, NO_HISTORY, rssScale } from './sparkline.js';
import { styleOf } from './draw-table.js';
import { fit } from '../terminal/text.js';
import type { View } from './view.js';

/** Three lines: the service, its CPU history, its memory history. */
export function detailHead(view: View, id: string): readonly Line[] {
  const entry = view.sample.entries.find(({ service_id: each }) => each === id);
  if (entry === undefined) return [[span(`${id} is no longer in the transaction`, 'red')], [], []];
  const { instance, name, pid, state, cpu, rss, uptime, restarts } = toRow(entry);
  const { cpu: cpus, rss: sizes, taken } = view.histories.get(id) ?? NO_HISTORY;
  const width = Math.max(0, view.size.columns - HISTORY_LEFT - HISTORY_RIGHT);
  return [
    [
      span(id, 'bold'),
      span(`  ${instance} ${name}  pid ${pid ?? NONE}  `),
      span(state, styleOf(state)),
      span(`  up ${formatUptime(uptime)}  restarts ${formatCount(restarts)}`),
    ],
    [
      span(fit(`cpu ${formatPercent(cpu)}%`, HISTORY_LEFT)),
      span(fit(drawSparkline(cpus, taken, width, cpuScale(cpus)), width, 'right'), 'green'),
      span(` up to ${formatPercent(Math.max(0, ...cpus))}%`),
    ],
    [
      span(fit(`rss ${formatMemory(rss)}`, HISTORY_LEFT)),
      span(fit(drawSparkline(sizes, taken, width, rssScale(sizes)), width, 'right'), 'cyan'),
      span(` up to ${formatMemory(Math.max(0, ...sizes))}`),
    ],
  ];
}

const HISTORY_LEFT = 12;
const HISTORY_RIGHT = 13;

/** All lines below the head; the caller cuts them to the screen. */
export function detailBody({ sample, shown, size }: View): readonly Line[] {
  if (shown.kind !== 'detail') return [];
  const now = sample.entries.find(({ service_id: each }) => each === shown.id);
  if (now?.memory === undefined || now.memory === null) return [[span('no process', 'grey')]];
  // The details may be one sample old, but must not be those of an earlier run.
  const isPresent = shown.entry !== undefined && isSameRun(runOf(now), runOf(shown.entry));
  const extra = isPresent ? (shown.entry.memory ?? undefined) : undefined;
  const lists = [
    list('connections', extra?.connections, size.columns, CONNECTIONS),
    list('opened files', extra?.opened_files, size.columns, FILES),
    list('memory maps', bySize(extra?.memory_map), size.columns, MAPS),
  ];
  const details = extra === undefined ? [[[], [span('loading details', 'grey')]]] : lists;
  return [usageLine(now, now.memory, extra), ...processes(now, now.memory), ...details.flat()];
}

function runOf({ pid, run_token: runToken }: TopEntry): RunIdentity {
  return { pid, runToken };
}

function usageLine(entry: TopEntry, memory: Memory, extra: Memory | undefined): Line {
  const { vms, threads, fds, read, written, lag } = toRow(entry);
  const pss = extra?.total.pss ?? extra?.pss ?? memory.total.pss ?? memory.pss;
  const values = [
    `vms ${formatMemory(vms)}`,
    ...(pss === undefined ? [] : [`pss ${formatMemory(pss)}`]),
    `threads ${formatCount(threads)}`,
    `fds ${formatCount(fds)}`,
    `read ${formatBytes(read)}`,
    `written ${formatBytes(written)}`,
    `loop lag ${lag === undefined ? NONE : `${formatMs(lag)} ms`}`,
  ];
  return [span(values.join('  '))];
}

/** The main process and its children: a line each. */
function processes(entry: TopEntry, memory: Memory): readonly Line[] {
  const { children } = memory;
  const main = { ...memory, pid: entry.pid ?? 0, name: '(main process)' };
  return [
    [],
    [span(`processes (1, children ${children.length})`, 'bold')],
    [span(processText(['PID', 'STATUS', 'CPU%', 'RSS', 'VMS', 'THR', 'FDS', 'NAME']), 'grey')],
    ...[main, ...children].map((each) => [
      span(
        processText([
          String(each.pid),
          each.status,
          formatPercent(each.cpu),
          formatMemory(each.rss),
          formatMemory(each.vms),
          formatCount(each.threads),
          formatCount(each.fds),
          each.name ?? '',
        ]),
      ),
    ]),
  ];
}

const PROCESS_WIDTHS = [7, -10, 6, 6, 6, 4, 4, 0];

function processText(cells: readonly string[]): string {
  return `  ${formatCells(cells, PROCESS_WIDTHS)}`;
}

/** A negative width aligns left. The last cell is not padded. */
function formatCells(cells: readonly string[], widths: readonly number[]): string {
  const shown = cells.map((cell, at) => {
    const width = widths[at] ?? 0;
    if (at === cells.length - 1) return cell;
    return fit(cell, Math.abs(width), width < 0 ? 'left' : 'right');
  });
  return shown.join(' ');
}

interface ListShape<T> {
  readonly titles: readonly string[];
  readonly widths: (columns: number) => readonly number[];
  readonly cells: (item: T) => readonly string[];
}

function list<T>(
  title: string,
  items: readonly T[] | undefined,
  columns: number,
  shape: ListShape<T>,
): readonly Line[] {
  if (items === undefined) return [[], [span(title, 'bold'), span('  not available on this system', 'grey')]];
  if (items.length === 0) return [[], [span(title, 'bold'), span('  none', 'grey')]];
  const widths = shape.widths(columns);
  return [
    [],
    [span(`${title} (${items.length})`, 'bold')],
    [span(`  ${formatCells(shape.titles, widths)}`, 'grey')],
    ...items.map((item) => [span(`  ${formatCells(shape.cells(item), widths)}`)]),
  ];
}

type Connection = NonNullable<Memory['connections']>[number];
type OpenedFile = NonNullable<Memory['opened_files']>[number];
type MemoryMap = NonNullable<Memory['memory_map']>[number];

const CONNECTIONS: ListShape<Connection> = {
  titles: ['FD', 'KIND', 'STATUS', 'LOCAL', 'REMOTE'],
  // The two addresses share the rest of the line.
  widths: (columns) => [4, -11, -11, -Math.max(12, Math.floor((columns - 34) / 2)), 0],
  cells: ({ fd, family, type, status, laddr, raddr }) => [
    String(fd),
    `${family} ${type}`,
    status,
    laddr,
    raddr,
  ],
};

const FILES: ListShape<OpenedFile> = {
  titles: ['FD', 'MODE', 'PATH'],
  widths: () => [4, -4, 0],
  cells: ({ fd, mode, path }) => [String(fd), mode, path],
};

const MAPS: ListShape<MemoryMap> = {
  titles: ['RSS', 'SIZE', 'PSS', 'PATH'],
  widths: () => [6, 6, 6, 0],
  cells: ({ rss, size, pss, path }) => [formatMemory(rss), formatMemory(size), formatMemory(pss), path],
};

function bySize(maps: readonly MemoryMap[] | undefined): readonly MemoryMap[] | undefined {
  return maps?.toSorted((one, other) => other.rss - one.rss);
}
