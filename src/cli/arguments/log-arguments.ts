// The flags of the action logs and their checks.

import type { LineFilter } from '../../client/log-filter.js';
import { parseDuration } from './chart-arguments.js';
import { invalidValue } from './usage-errors.js';

export interface LogArguments {
  readonly transaction: string;
  readonly services: readonly string[];
  readonly service_id: string;
  readonly lines: number;
  readonly since: string | undefined;
  readonly grep: string | undefined;
  readonly follow: boolean;
  readonly json: boolean;
  readonly raw: boolean;
}

/** Throws CLI_USAGE for an invalid pattern. */
export function readLineFilter(
  { since, grep }: Pick<LogArguments, 'since' | 'grep'>,
  nowMs: number,
): LineFilter {
  const seconds = since === undefined ? undefined : parseDuration(since);
  return {
    sinceMs: seconds === undefined ? undefined : nowMs - seconds * 1000,
    pattern: grep === undefined ? undefined : parsePattern(grep),
  };
}

function parsePattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw invalidValue('grep', text, "expected a regular expression of JavaScript, such as 'error|warn'");
  }
}
