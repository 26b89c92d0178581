// The data of a row, before it is drawn: the resource usage of a service and its descendants; filters and sorts rows.

import type { Memory, TopEntry, TopReply } from '../../messages/samples.js';

export interface Row {
  readonly id: string;
  readonly name: string;
  readonly instance: string;
  readonly pid: number | undefined;
  readonly state: string;
  readonly cpu: number | undefined;
  readonly rss: number | undefined;
  readonly vms: number | undefined;
  readonly threads: number | undefined;
  readonly fds: number | undefined;
  readonly children: number | undefined;
  readonly uptime: number | undefined;
  readonly restarts: number | undefined;
  readonly read: number | undefined;
  readonly written: number | undefined;
  readonly lag: number | undefined;
}

export function cpuOf({ memory }: TopEntry): number | undefined {
  return totalOf(memory, 'cpu');
}

export function rssOf({ memory }: TopEntry): number | undefined {
  return totalOf(memory, 'rss');
}

type TotalName = 'cpu' | 'rss' | 'vms' | 'threads' | 'fds' | 'read_bytes' | 'write_bytes';

/** The total of the process tree, else the value of the main process. */
function totalOf(memory: Memory | null, name: TotalName): number | undefined {
  return memory?.total[name] ?? memory?.[name];
}

export function toRow(entry: TopEntry): Row {
  const { memory } = entry;
  return {
    id: entry.service_id,
    name: entry.serviceName,
    instance: entry.instance,
    pid: entry.pid ?? undefined,
    state: entry.status ?? memory?.status ?? '',
    cpu: cpuOf(entry),
    rss: rssOf(entry),
    vms: totalOf(memory, 'vms'),
    threads: totalOf(memory, 'threads'),
    fds: totalOf(memory, 'fds'),
    children: memory?.children.length,
    uptime: entry.uptime_s,
    restarts: entry.restarts,
    read: totalOf(memory, 'read_bytes'),
    written: totalOf(memory, 'write_bytes'),
    lag: entry.event_loop_lag_ms,
  };
}

export interface Order {
  readonly by: keyof Row;
  readonly isDescending: boolean;
}

/** The rows whose id, name, instance, pid or state contains `filter`, sorted. */
export function arrangeRows(entries: TopReply, filter: string, order: Order): readonly Row[] {
  const wanted = filter.toLowerCase();
  const rows = entries.map(toRow).filter((row) => matches(row, wanted));
  return rows.sort((one, other) => compareRows(one, other, order));
}

function matches({ id, name, instance, pid, state }: Row, wanted: string): boolean {
  return [id, name, instance, String(pid ?? ''), state].some((each) => each.toLowerCase().includes(wanted));
}

const natural = new Intl.Collator('en', { numeric: true });

/** Rows without a value come last in both directions; equal rows are sorted by id. */
function compareRows(one: Row, other: Row, { by, isDescending }: Order): number {
  const [left, right] = [one[by], other[by]];
  if (left === undefined || right === undefined) {
    return Number(left === undefined) - Number(right === undefined) || natural.compare(one.id, other.id);
  }
  const difference =
    typeof left === 'number' && typeof right === 'number'
      ? left - right
      : natural.compare(String(left), String(right));
  return (isDescending ? -difference : difference) || natural.compare(one.id, other.id);
}
