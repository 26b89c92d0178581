// The flags of conf_command --action=history --metric and their checks.

import type { Metric } from '../../messages/sample-history.js';
import { invalidValue } from './usage-errors.js';

export interface ChartArguments {
  readonly transaction: string;
  readonly service_id: string;
  readonly services: readonly string[];
  readonly metric: Metric | undefined;
  readonly since: string | undefined;
  readonly json: boolean;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Throws CLI_USAGE. */
export function checkChartArguments({ since }: ChartArguments): void {
  if (since === undefined || parseDuration(since) !== undefined) return;
  throw invalidValue(
    'since',
    since,
    'expected a number of seconds, or a duration such as 90s, 10m, 2h or 1d',
  );
}

/** Seconds; undefined for invalid text. */
export function parseDuration(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * (SECONDS[unit] ?? 1);
}
