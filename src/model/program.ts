// A program that is a task service: the <command> in the configuration of a service, as it travels on the bus.

import * as z from 'zod';

/** When a program counts as started: at once, by a line it prints, by a port it opens, or by its own word. */
export const READY_KINDS = ['started', 'line', 'port', 'heartbeat'] as const;

/** What of its output becomes `updated` events. */
export const OUTPUT_EVENTS = ['none', 'lines', 'json'] as const;

export const COMMAND_KEYS = [
  'program',
  'arg',
  'cwd',
  'env',
  'user',
  'ready',
  'ready_line',
  'ready_port',
  'events',
] as const;

/** Names of environment variables; those of contextd itself cannot be set. */
export const VARIABLE_PATTERN = /^(?!CONTEXTD_)[A-Za-z_][A-Za-z0-9_]*$/;
export const VARIABLE_RULE = 'letters, digits and _, not starting with a digit or CONTEXTD_';

const text = z.string().default('');
const blankAs = (fallback: unknown) => (value: unknown) =>
  value === '' || value === undefined ? fallback : value;
const asArguments = (value: unknown): unknown => {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
};

export const programSchema = z.looseObject({
  /** A path, or a name that is looked for in PATH. */
  program: z.string().min(1),
  arg: z.preprocess(asArguments, z.array(z.string())),
  /** Where it runs; the context folder when blank. */
  cwd: text,
  env: z.preprocess(blankAs({}), z.record(z.string().regex(VARIABLE_PATTERN), z.string())),
  /** Whom it runs as; as the provider's user when blank. */
  user: text,
  ready: z.preprocess(blankAs('started'), z.enum(READY_KINDS)),
  /** With ready `line`: a regular expression. */
  ready_line: text,
  /** With ready `port`: a TCP port on loopback. */
  ready_port: text,
  events: z.preprocess(blankAs('none'), z.enum(OUTPUT_EVENTS)),
});
export type ProgramCommand = z.infer<typeof programSchema>;

export function isPort(value: string): boolean {
  return /^[1-9][0-9]{0,4}$/.test(value) && Number(value) <= 65_535;
}
