// Draws the table: number of services by state, totals, and a line per service; columns.ts formats the cells.

import { stateColour } from '../terminal/paint.js';
import { layOut, type Column, type Layout } from './columns.js';
import { formatCount, formatMemory, formatPercent } from './format-cells.js';
import { span, type Line, type Span, type Style } from './line.js';
import { toRow, type Row } from './row-data.js';
import { cpuScale, drawSparkline, NO_HISTORY, rssScale } from './sparkline.js';
import { fit, widthOf } from '../terminal/text.js';
import { bodyRows, type View } from './view.js';

export function statesLine({ sample, rows, filter }: View): Line {
  const { entries } = sample;
  const counts = new Map<string, number>();
  for (const { state } of entries.map(toRow)) counts.set(state, (counts.get(state) ?? 0) + 1);
  const shown = filter === '' ? '' : `, ${rows.length} shown`;
  const states = [...counts].sort(([, one], [, other]) => other - one);
  return [
    span(`services ${entries.length}${shown}: `),
    ...states.flatMap(([state, count]) => [span(`${count} ${state}`, styleOf(state)), span('  ')]),
  ];
}

/** Services in threads of one process share its memory, which counts once; their CPU time is separate. */
export function totalsLine({ sample }: View): Line {
  const rows = sample.entries.map(toRow).filter(({ pid }) => pid !== undefined);
  const once = [...new Map(rows.map((row) => [row.pid, row])).values()];
  const sum = (name: TotalName, of = once) => of.reduce((total, row) => total + (row[name] ?? 0), 0);
  const totals = [
    ['cpu', `${formatPercent(sum('cpu', rows))}%`],
    ['rss', formatMemory(sum('rss'))],
    ['vms', formatMemory(sum('vms'))],
    ['threads', formatCount(sum('threads'))],
    ['fds', formatCount(sum('fds'))],
    ['pids', formatCount(once.length)],
    ['children', formatCount(sum('children'))],
  ] as const;
  return [
    span('all: '),
    ...totals.flatMap(([name, text]) => [span(`${name} `), span(text, 'bold'), span('  ')]),
  ];
}

type TotalName = 'cpu' | 'rss' | 'vms' | 'threads' | 'fds' | 'children';

export function titlesLine(view: View): Line {
  const { columns, sparkWidth } = layOutFor(view);
  const titles = columns.map((column) => fit(titleOf(column, view), column.width, sideOf(column)));
  const sparks = sparkWidth === 0 ? [] : [fit('CPU HISTORY', sparkWidth), fit('RSS HISTORY', sparkWidth)];
  return [span(fit(` ${[...titles, ...sparks].join(' ')}`, view.size.columns), 'reverse')];
}

function titleOf(column: Column, { order }: View): string {
  if (column.of !== order.by) return column.title;
  return `${column.title}${order.isDescending ? '▼' : '▲'}`;
}

export function tableBody(view: View): readonly Line[] {
  const layout = layOutFor(view);
  const visible = view.rows.slice(view.offset, view.offset + bodyRows(view));
  if (visible.length === 0) return [[span(emptyText(view), 'grey')]];
  return visible.map((row, at) => drawRow(view, row, layout, view.offset + at === view.index));
}

function emptyText({ filter }: View): string {
  return filter === '' ? ' no services' : ' no service matches the filter';
}

function drawRow(view: View, row: Row, layout: Layout, isSelected: boolean): Line {
  const cells = layout.columns.map((column): Span => {
    const text = ` ${fit(column.text(row), column.width, sideOf(column))}`;
    return span(text, column.of === 'state' ? styleOf(row.state) : undefined);
  });
  // The leading blank is replaced by the selection mark, for terminals without styles.
  const [first = span(''), ...others] = cells;
  const line = [
    span(`${isSelected ? '>' : ' '}${first.text.slice(1)}`),
    ...others,
    ...sparks(view, row, layout),
  ];
  if (!isSelected) return line;
  return [span(fit(line.map(({ text }) => text).join(''), view.size.columns), 'reverse')];
}

function sparks({ histories }: View, row: Row, { sparkWidth }: Layout): readonly Span[] {
  if (sparkWidth === 0) return [];
  const { cpu, rss, taken } = histories.get(row.id) ?? NO_HISTORY;
  const draw = (values: readonly number[], scaleOf: typeof cpuScale, style: Style) =>
    span(` ${fit(drawSparkline(values, taken, sparkWidth, scaleOf(values)), sparkWidth, 'right')}`, style);
  return [draw(cpu, cpuScale, 'green'), draw(rss, rssScale, 'cyan')];
}

function layOutFor({ size, rows }: View): Layout {
  return layOut(size.columns, Math.max(0, ...rows.map(({ id }) => widthOf(id))));
}

function sideOf({ isNumber }: Column): 'left' | 'right' {
  return isNumber ? 'right' : 'left';
}

/** The same colour as in all other commands. */
export function styleOf(state: string): Style {
  return stateColour(state);
}
