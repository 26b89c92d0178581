// Prints the samples that a Monitor holds of a service, as a chart or as JSON (conf_command --action=history --metric).

import { EXIT } from '../../base/errors.js';
import type { Client } from '../../client/client.js';
import type { Metric, SamplesReply } from '../../messages/sample-history.js';
import { parseDuration, type ChartArguments } from '../arguments/chart-arguments.js';
import { drawChart } from './chart.js';
import type { Terminal } from '../terminal/terminal.js';
import { escapeLine } from '../terminal/escape.js';
import { formatDuration } from '../terminal/format-units.js';
import { createPaint } from '../terminal/paint.js';

const DEFAULT_COLUMNS = 80;
const HEIGHT = 12;
export async function showChart(
  client: Client,
  args: ChartArguments & { readonly metric: Metric },
  terminal: Terminal,
): Promise<number> {
  const { transaction, metric, since } = args;
  const serviceId = args.services[0] ?? args.service_id;
  const sinceS = since === undefined ? undefined : parseDuration(since);
  const reply = await client.samples(transaction, { serviceId, metric, sinceS });
  if (args.json) terminal.out(`${JSON.stringify(reply, undefined, 2)}\n`);
  else for (const line of formatChart(reply, terminal)) terminal.out(`${line}\n`);
  return EXIT.done;
}

/** A title, the chart and its times; one line if there are no samples. */
export function formatChart(
  reply: SamplesReply,
  { colour, columns = DEFAULT_COLUMNS }: Pick<Terminal, 'colour' | 'columns'>,
): readonly string[] {
  const { service_id: service, metric, unit, points, period_s: periodS } = reply;
  const values = points.flatMap(([, value]) => (value === null ? [] : [value]));
  const last = values.at(-1);
  if (last === undefined) return [`no samples of ${metric} of ${escapeLine(service)} in that time`];
  const isWhole = values.every((value) => Number.isInteger(value));
  const format = (value: number) => value.toFixed(isWhole ? 0 : 1);
  const [low, high] = [Math.min, Math.max].map((pick) =>
    format(values.reduce((one, other) => pick(one, other))),
  );
  const spanS = (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0);
  const facts = `last ${format(last)}, lowest ${low}, highest ${high}; ${points.length} samples in ${formatDuration(spanS)}`;
  const title = `${metric} of ${service}${unit === '' ? '' : ` in ${unit}`}`;
  const isFromZero = unit !== 'MiB';
  const label = (value: number) => value.toFixed(1);
  return [
    `${createPaint(colour)(title, 'bold')}: ${facts}`,
    ...drawChart(points, { width: columns, height: HEIGHT, periodS, format: label, isFromZero }),
  ];
}
