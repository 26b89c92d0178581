// Checks the <configuration> of a Monitor and converts it to numbers and flags.

import * as z from 'zod';
import { parseTcpEndpoint } from '../bus/endpoint.js';

/** The limits of <frequency_s>, the seconds between samples. */
const FREQUENCY = { least: 0.1, most: 86_400 };
const MAX_HISTORY_S = 86_400;
const MAX_KB = 1024 * 1024;
const MAX_FILES = 1000;

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['', false],
  ['false', false],
  ['0', false],
]);

/** An empty element means false, as in the original. */
const flag = z
  .unknown()
  .optional()
  .transform((value, context) => {
    const found = FLAGS.get(toText(value).toLowerCase());
    if (found !== undefined) return found;
    context.addIssue({ code: 'custom', message: `is ${JSON.stringify(value)}, allowed: true or false` });
    return z.NEVER;
  });

function numberIn(least: number, most: number, standard: number) {
  return z
    .unknown()
    .optional()
    .transform((value, context) => {
      const text = toText(value);
      const number = text === '' ? standard : Number(text);
      if (number >= least && number <= most) return number;
      const message = `is ${JSON.stringify(value)}, allowed: a number from ${least} to ${most}`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    });
}

const integerIn = (least: number, most: number, standard: number) =>
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
    /** Allows an address that other machines can reach. */
    insecure: flag,
  },
  { error: notObject('must hold <endpoint> and <frequency_s>') },
);

const record = z.strictObject(
  {
    file: z.string('is missing').trim().min(1, 'must name a file'),
    format: z.enum(['csv', 'jsonl'], 'must be csv or jsonl').default('csv'),
    max_kb: integerIn(1, MAX_KB, 1024),
    files: integerIn(1, MAX_FILES, 5),
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
    toText(value)
      .split(/[\s,]+/)
      .filter((name) => name !== ''),
  );

/** Blank elements count as missing. */
export const monitorConfiguration = z.strictObject({
  device_action: z.string().optional(),
  location: z.string().optional(),
  service,
  monitor_options: z.preprocess((value) => blankToUndefined(value) ?? {}, monitorOptions),
  /** The port on 127.0.0.1 for /metrics and /healthz; 0 for any free port, undefined for no server. */
  metrics_port: z.preprocess(blankToUndefined, integerIn(0, 65_535, 0).optional()),
  /** Further host names that requests to that port may use, such as the name of a proxy. */
  metrics_hosts: hosts,
  /** How long samples stay in memory, in seconds. */
  history_s: numberIn(0, MAX_HISTORY_S, 3600),
  record: z.preprocess(blankToUndefined, record.optional()),
});
export type MonitorConfiguration = z.infer<typeof monitorConfiguration>;

function blankToUndefined(value: unknown): unknown {
  return value === '' || value === null ? undefined : value;
}

function toText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value).trim()
    : JSON.stringify(value);
}

/** `message` for a value that is not an element with children, or the names of unknown children. */
function notObject(message: string) {
  return (issue: { readonly code?: string; readonly keys?: unknown }) => {
    if (issue.code !== 'unrecognized_keys') return message;
    const keys = Array.isArray(issue.keys) ? issue.keys.map((key) => `<${String(key)}>`) : [];
    return `has ${keys.join(', ')}, which is not allowed there`;
  };
}
