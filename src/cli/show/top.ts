// Prints the resource usage of the services of a transaction as a table, with details below (conf_command --action=top).

import { ContextdError, EXIT } from '../../base/errors.js';
import type { Client, TopOptions } from '../../client/client.js';
import type { Memory, TopEntry, TopReply } from '../../messages/samples.js';
import type { Terminal } from '../terminal/terminal.js';
import { formatTable, type Cell, type Column } from './table.js';
import { formatDuration, formatMib } from '../terminal/format-units.js';
import type { TopArguments } from '../arguments/top-arguments.js';
import { createPaint, stateColour, type Paint } from '../terminal/paint.js';

/** Throws SVC_UNKNOWN for a service that the transaction does not have. */
export async function showTop(client: Client, args: TopArguments, terminal: Terminal): Promise<number> {
  const all = await client.top(args.transaction, topOptions(args));
  // The original provider always answers for all services.
  const entries = args.services.length === 0 ? all : args.services.map((id) => entryOf(all, id));
  if (args.json) {
    terminal.out(`${JSON.stringify(entries, undefined, 2)}\n`);
    return EXIT.done;
  }
  for (const line of formatTop(entries, createPaint(terminal.colour))) terminal.out(`${line}\n`);
  if (args.use_service) {
    terminal.out(`published every ${args.service_freq} s at ${args.service_endpoint ?? ''}\n`);
  }
  return EXIT.done;
}

function topOptions(args: TopArguments): TopOptions {
  const { service_type: type, service_freq: frequencyS, service_endpoint: endpoint } = args;
  const startsMonitor = args.use_service && endpoint !== undefined;
  return {
    openConnections: args.open_connections,
    openedFiles: args.opened_files,
    memoryMaps: args.memory_maps,
    ...(args.services.length === 1 ? { serviceId: args.services[0] ?? '' } : {}),
    ...(startsMonitor ? { service: { type, frequencyS, endpoint } } : {}),
  };
}

function entryOf(all: TopReply, id: string): TopEntry {
  const entry = all.find((each) => each.service_id === id);
  if (entry !== undefined) return entry;
  throw new ContextdError('SVC_UNKNOWN', `the transaction has no service "${id}"`, {
    hint: `services: ${all.map((each) => each.service_id).join(', ')}`,
  });
}

const COLUMNS: readonly Column[] = [
  { title: 'service' },
  { title: 'pid', isNumber: true },
  { title: 'state' },
  ...['cpu%', 'rss', 'vms', 'thr', 'fds', 'chld', 'uptime', 'restarts'].map((title) => ({
    title,
    isNumber: true,
  })),
];

/** The table, its totals, and the requested details below. */
export function formatTop(entries: TopReply, paint: Paint): readonly string[] {
  const lines = formatTable(COLUMNS, [...entries.map(formatEntry), formatTotals(entries)], {
    paint,
    gap: ' ',
  });
  return [...lines, ...entries.flatMap((entry) => formatDetails(entry, paint))];
}

/** The values include all descendants of the service. */
function formatEntry(entry: TopEntry): readonly Cell[] {
  const { service_id: id, pid, status = '', uptime_s: uptime, restarts = 0, memory } = entry;
  return [
    id,
    pid === null ? '-' : String(pid),
    { text: status, colour: stateColour(status) },
    ...(memory === null ? ['-', '-', '-', '-', '-', '-'] : formatMemory(memory)),
    uptime === undefined ? '-' : formatDuration(uptime),
    String(restarts),
  ];
}

function formatMemory({ total, children }: Pick<Memory, 'total' | 'children'>): readonly string[] {
  return [
    total.cpu === undefined ? '-' : total.cpu.toFixed(1),
    formatMib(total.rss),
    formatMib(total.vms),
    formatCount(total.threads),
    formatCount(total.fds),
    String(children.length),
  ];
}

/** Services in threads of one process share its memory, which counts once; their CPU time is separate. */
function formatTotals(entries: TopReply): readonly Cell[] {
  const measured = entries.flatMap(({ pid, memory }) => (memory === null ? [] : [{ pid, memory }]));
  const once = [...new Map(measured.map(({ pid, memory }) => [pid, memory])).values()];
  const sum = (of: (memory: Memory) => number | undefined, all: readonly Memory[] = once) =>
    all.reduce((total, memory) => total + (of(memory) ?? 0), 0);
  const cpu = sum(
    ({ total }) => total.cpu,
    measured.map(({ memory }) => memory),
  );
  const children = once.flatMap((memory) => memory.children);
  const total = {
    cpu,
    rss: sum((memory) => memory.total.rss),
    vms: sum((memory) => memory.total.vms),
    percent: sum((memory) => memory.total.percent),
    threads: sum((memory) => memory.total.threads),
    fds: sum((memory) => memory.total.fds),
  };
  const restarts = entries.reduce((count, entry) => count + (entry.restarts ?? 0), 0);
  const cells = [
    'total',
    '',
    `${once.length} up`,
    ...formatMemory({ total, children }),
    '',
    String(restarts),
  ];
  return cells.map((text) => ({ text, colour: 'bold' }));
}

function formatCount(count: number | undefined): string {
  return count === undefined ? '-' : String(count);
}

const FD: Column = { isNumber: true, width: 4 };

function formatDetails({ service_id: id, memory }: TopEntry, paint: Paint): readonly string[] {
  const { connections, opened_files: files, memory_map: maps } = memory ?? {};
  const section = (
    title: string,
    columns: readonly Column[],
    rows: readonly (readonly string[])[] | undefined,
  ) =>
    rows === undefined
      ? []
      : [
          '',
          `${paint(`${id} ${title}`, 'bold')} (${rows.length})`,
          ...formatTable(columns, rows, { paint, indent: '  ', gap: ' ' }),
        ];
  return [
    ...section('connections', [FD, {}, {}, {}, {}], connections?.map(formatConnection)),
    ...section(
      'opened files',
      [FD, { width: 2 }, {}],
      files?.map(({ fd, mode, path }) => [String(fd), mode, path]),
    ),
    ...section(
      'memory maps',
      [{ isNumber: true, width: 8 }, {}, { isNumber: true, width: 6 }, {}, {}],
      maps?.map(({ path, rss, size }) => [formatMib(rss), 'of', formatMib(size), '', path]),
    ),
  ];
}

function formatConnection({ fd, family, type, laddr, raddr, status }: Connection): readonly string[] {
  const address = raddr === '' ? laddr : `${laddr} -> ${raddr}`;
  return [String(fd), family, type, address, status === 'NONE' ? '' : status];
}

type Connection = NonNullable<Memory['connections']>[number];
