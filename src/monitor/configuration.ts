// The <configuration> of a Monitor: checked, and made into numbers and flags.

import * as z from 'zod';
import { parseTcpEndpoint } from '../bus/endpoint.js';

/** Seconds from one sample to the next. */
const FREQUENCY = { least: 0.1, most: 86_400 };
const MOST_HISTORY_S = 86_400;
const MOST_KB = 1024 * 1024;
const MOST_FILES = 1000;

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['', false],
  ['false', false],
  ['0', false],
]);

/** An element without content says no, as it does in the original. */
const flag = z
  .unknown()
  .optional()
  .transform((value, context) => {
    const found = FLAGS.get(textOf(value).toLowerCase());
    if (found !== undefined) return found;
    context.addIssue({ code: 'custom', message: `is ${JSON.stringify(value)}, allowed: true or false` });
    return z.NEVER;
  });

function numberIn(least: number, most: number, standard: number) {
  return z
    .unknown()
    .optional()
    .transform((value, context) => {
      const text = textOf(value);
      const number = text === '' ? standard : Number(text);
      if (number >= least && number <= most) return number;
      const message = `is ${JSON.stringify(value)}, allowed: a number from ${least} to ${most}`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    });
}

const wholeIn = (least: number, most: number, standard: number) =>
  numberIn(least, most, standard).refine(Number.isInteger, 'must be a whole number');

const endpoint = z
  .string('is missing, allowed: an address such as tcp://127.0.0.1:6789')
  .trim()
  .refine(
    (text) => parseTcpEndpoint(text) !== undefined || /^ipc:\/\/./.test(text),
    'is not a valid address, allowed: tcp://HOST:PORT (PORT may be * for any) or ipc://PATH',
  );

const service = z.strictObject(
  {
    type: z.literal('pub', 'must be pub').default('pub'),
    endpoint,
    frequency_s: numberIn(FREQUENCY.least, FREQUENCY.most, 1),
    /** Binds as written, also where other machines can reach it. */
    insecure: flag,
  },
  { error: notObject('must hold <endpoint> and <frequency_s>') },
);

const record = z.strictObject(
  {
    file: z.string('is missing').trim().min(1, 'must name a file'),
    format: z.enum(['csv', 'jsonl'], 'must be csv or jsonl').default('csv'),
    max_kb: wholeIn(1, MOST_KB, 1024),
    files: wholeIn(1, MOST_FILES, 5),
  },
  { error: notObject('must hold <file>') },
);

const monitorOptions = z.strictObject(
  { opened_files: flag, open_connections: flag, memory_maps: flag, pss: flag },
  { error: notObject('must hold flags such as <opened_files>') },
);

const hosts = z
  .unknown()
  .optional()
  .transform((value) =>
    textOf(value)
      .split(/[\s,]+/)
      .filter((name) => name !== ''),
  );

/** Blank elements are read as if they were not there. */
export const monitorConfiguration = z.strictObject({
  device_action: z.string().optional(),
  location: z.string().optional(),
  service,
  monitor_options: z.preprocess((value) => blankAsNothing(value) ?? {}, monitorOptions),
  /** A port of 127.0.0.1 for /metrics and /healthz, 0 for any; none without it. */
  metrics_port: z.preprocess(blankAsNothing, wholeIn(0, 65_535, 0).optional()),
  /** Names, besides those of loopback, that requests to that port may have as Host; of a proxy, for instance. */
  metrics_hosts: hosts,
  /** How far back the samples are kept in memory. */
  history_s: numberIn(0, MOST_HISTORY_S, 3600),
  record: z.preprocess(blankAsNothing, record.optional()),
});
export type MonitorConfiguration = z.infer<typeof monitorConfiguration>;

function blankAsNothing(value: unknown): unknown {
  return value === '' || value === null ? undefined : value;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value).trim()
    : JSON.stringify(value);
}

/** Zod's own words for what is wrong inside, ours when it is no element with others inside at all. */
function notObject(message: string) {
  return (issue: { readonly code?: string; readonly keys?: unknown }) => {
    if (issue.code !== 'unrecognized_keys') return message;
    const keys = Array.isArray(issue.keys) ? issue.keys.map((key) => `<${String(key)}>`) : [];
    return `has ${keys.join(', ')}, which is not known there`;
  };
}
