// Formats the services of a provider as a table (contextd ps).

import type { ServiceResult } from '../../messages/state.js';
import { formatDuration } from '../terminal/format-units.js';
import { stateColour, type Paint } from '../terminal/paint.js';
import { describePlace } from './describe-event.js';
import { formatTable, type Cell, type Column } from './table.js';

export interface ShownService extends ServiceResult {
  readonly transaction: string;
}

const TRANSACTION: Column = { title: 'transaction' };
const COLUMNS: readonly Column[] = [
  { title: 'service' },
  { title: 'state' },
  { title: 'pid', isNumber: true },
  { title: 'uptime', isNumber: true },
  { title: 'restarts', isNumber: true },
];

/** A column appears only if it is needed: the transaction if there are several, the reason if a service has one. */
export function formatServices(
  services: readonly ShownService[],
  nowMs: number,
  paint: Paint,
): readonly string[] {
  const isMixed = new Set(services.map(({ transaction }) => transaction)).size > 1;
  const hasReason = services.some(({ error }) => error !== undefined);
  const columns = [
    ...(isMixed ? [TRANSACTION] : []),
    ...COLUMNS,
    ...(hasReason ? [{ title: 'reason' }] : []),
  ];
  const rows = services.map((service): readonly Cell[] => [
    ...(isMixed ? [service.transaction] : []),
    ...formatService(service, nowMs),
  ]);
  return formatTable(columns, rows, { paint });
}

function formatService(service: ShownService, nowMs: number): readonly Cell[] {
  const { service_id: id, state, pid, restarts, error } = service;
  const uptime = uptimeOf(service, nowMs);
  return [
    id,
    { text: state, colour: stateColour(state) },
    pid === null ? '-' : String(pid),
    uptime === undefined ? '-' : formatDuration(uptime),
    restarts === undefined ? '-' : String(restarts),
    error === undefined ? '' : `${error.message}${describePlace(error)}`,
  ];
}

/** Seconds; undefined for a service without a process. */
export function uptimeOf({ pid, since }: ServiceResult, nowMs: number): number | undefined {
  return pid === null || since === undefined ? undefined : Math.max(0, (nowMs - Date.parse(since)) / 1000);
}
