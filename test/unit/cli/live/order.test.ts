import { expect, it } from 'vitest';
import { COLUMNS, defaultOrder } from '../../../../src/cli/live/columns.js';
import { arrangeRows, toRow } from '../../../../src/cli/live/row-data.js';
import type { TopEntry } from '../../../../src/messages/samples.js';

/** Figures that stand in another order as words. */
const FIGURES = [9, 10, 100, 1000.5, 0.5];

function entryOf(figure: number): TopEntry {
  const total = { rss: figure, vms: figure, percent: figure, cpu: figure, threads: figure, fds: figure };
  const memory = {
    ...{ ...total, read_bytes: figure, write_bytes: figure },
    status: 'sleeping',
    children: Array.from({ length: Math.round(figure) }),
    total: { ...total, read_bytes: figure, write_bytes: figure },
    timestamp: 0,
    elapsed: 0,
  };
  return {
    ...{ service_id: `ts_${figure}`, serviceName: 'x', instance: 'X', pid: figure, status: 'started' },
    ...{ uptime_s: figure, restarts: figure, event_loop_lag_ms: figure, memory },
  } as unknown as TopEntry;
}

const byNumber = COLUMNS.filter(({ isNumber }) => isNumber);

it.each(byNumber.map(({ of }) => of))('%s is sorted as a number, both ways', (of) => {
  const figure = (entry: TopEntry) => Number(toRow(entry)[of]);
  const sorted = FIGURES.map(entryOf)
    .map(figure)
    .sort((one, other) => one - other);
  const found = (isDescending: boolean) =>
    arrangeRows(FIGURES.map(entryOf), '', { by: of, isDescending }).map((row) => Number(row[of]));
  expect(found(false)).toEqual(sorted);
  expect(found(true)).toEqual(sorted.toReversed());
});

it('services are sorted by the numbers in their ids', () => {
  const entries = ['ts_10', 'ts_9', 'ts_100'].map((id) => ({ ...entryOf(1), service_id: id }));
  const order = defaultOrder(COLUMNS[0]!);
  expect(arrangeRows(entries, '', order).map(({ id }) => id)).toEqual(['ts_9', 'ts_10', 'ts_100']);
});
