// One line of the table: what a service costs with all its children; which are shown, in which order.

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

type Figure = 'cpu' | 'rss' | 'vms' | 'threads' | 'fds' | 'read_bytes' | 'write_bytes';

/** That of the whole tree of processes, or of the service's own where the tree's is not told. */
function totalOf(memory: Memory | null, figure: Figure): number | undefined {
  return memory?.total[figure] ?? memory?.[figure];
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

/** Those whose id, name, instance, pid or state contains `filter`, in order. */
export function arrangeRows(entries: TopReply, filter: string, order: Order): readonly Row[] {
  const wanted = filter.toLowerCase();
  const rows = entries.map(toRow).filter((row) => isWanted(row, wanted));
  return rows.sort((one, other) => compareRows(one, other, order));
}

function isWanted({ id, name, instance, pid, state }: Row, wanted: string): boolean {
  return [id, name, instance, String(pid ?? ''), state].some((each) => each.toLowerCase().includes(wanted));
}

const natural = new Intl.Collator('en', { numeric: true });

/** Rows without the figure come last either way; equal ones stand by id. */
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
