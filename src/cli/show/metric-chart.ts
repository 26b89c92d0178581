// conf_command --action=history --metric: what a Monitor has sampled of a service, as a chart or as JSON.

import { ContextdError, EXIT } from '../../base/errors.js';
import type { Client } from '../../client/client.js';
import type { Metric, SamplesReply } from '../../messages/sample-history.js';
import { drawChart } from './chart.js';
import type { Terminal } from '../terminal/terminal.js';
import { escapeLine } from '../terminal/escape.js';
import { formatDuration } from './format-cells.js';
import { createPaint } from '../terminal/paint.js';

export interface ChartArguments {
  readonly transaction: string;
  readonly service_id: string;
  readonly task_id: string | undefined;
  readonly metric: Metric | undefined;
  readonly since: string | undefined;
  readonly json: boolean;
}

const USUAL_COLUMNS = 80;
const HEIGHT = 12;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Throws CLI_USAGE. */
export function checkChartArguments({ since }: ChartArguments): void {
  if (since === undefined || parseSpan(since) !== undefined) return;
  throw new ContextdError('CLI_USAGE', `--since cannot be "${since}"`, {
    hint: 'it is a span of time: a number of seconds, or such as 90s, 10m, 2h or 1d',
  });
}

export async function showChart(
  client: Client,
  args: ChartArguments & { readonly metric: Metric },
  terminal: Terminal,
): Promise<number> {
  const { transaction, metric, since } = args;
  const serviceId = args.task_id ?? args.service_id;
  const sinceS = since === undefined ? undefined : parseSpan(since);
  const reply = await client.samples(transaction, { serviceId, metric, sinceS });
  if (args.json) terminal.out(`${JSON.stringify(reply, undefined, 2)}\n`);
  else for (const line of formatChart(reply, terminal)) terminal.out(`${line}\n`);
  return EXIT.done;
}

/** A title, the chart and its times; or that there is nothing to draw. */
export function formatChart(
  reply: SamplesReply,
  { colour, columns = USUAL_COLUMNS }: Pick<Terminal, 'colour' | 'columns'>,
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

function parseSpan(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * (SECONDS[unit] ?? 1);
}
