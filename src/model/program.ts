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
  'env_file',
  'user',
  'umask',
  'rlimits',
  'stdin',
  'stop_to',
  'ready',
  'ready_line',
  'ready_port',
  'events',
] as const;

/** Its standard input: /dev/null, or a pipe in which nothing ever comes. */
export const STDIN_KINDS = ['null', 'open'] as const;

/** Who gets the stop signal: the whole process group of the program, or itself alone. */
export const STOP_TARGETS = ['group', 'leader'] as const;

/** As prlimit names them: open files, processes of the user, bytes of address space, bytes of a core file. */
export const RLIMIT_KEYS = ['nofile', 'nproc', 'as', 'core'] as const;
export const RLIMIT_PATTERN = /^(?:[0-9]{1,18}|unlimited)$/;
export const RLIMIT_RULE = 'a whole number, or unlimited';

export const UMASK_PATTERN = /^0?[0-7]{3}$/;
export const UMASK_RULE = 'three octal digits, such as 027';

/** Names of environment variables; those of contextd itself cannot be set. */
export const VARIABLE_PATTERN = /^(?!CONTEXTD_)[A-Za-z_][A-Za-z0-9_]*$/;
export const VARIABLE_RULE = 'letters, digits and _, not starting with a digit or CONTEXTD_';

/** Variables by their names. */
const variables = z.record(z.string().regex(VARIABLE_PATTERN), z.string());

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
  env: z.preprocess(blankAs({}), variables),
  /** A file with more variables, read at each start; those of `env` win. */
  env_file: text,
  /** Whom it runs as; as the provider's user when blank. */
  user: text,
  umask: z.union([z.literal(''), z.string().regex(UMASK_PATTERN, `allowed: ${UMASK_RULE}`)]).default(''),
  rlimits: z.preprocess(
    blankAs({}),
    z.partialRecord(z.enum(RLIMIT_KEYS), z.string().regex(RLIMIT_PATTERN, `allowed: ${RLIMIT_RULE}`)),
  ),
  stdin: z.preprocess(blankAs('null'), z.enum(STDIN_KINDS)),
  stop_to: z.preprocess(blankAs('group'), z.enum(STOP_TARGETS)),
  ready: z.preprocess(blankAs('started'), z.enum(READY_KINDS)),
  /** With ready `line`: a regular expression. */
  ready_line: text,
  /** With ready `port`: a TCP port on loopback. */
  ready_port: text,
  events: z.preprocess(blankAs('none'), z.enum(OUTPUT_EVENTS)),
});
export type ProgramCommand = z.infer<typeof programSchema>;

/**
 * What a service that is no program finds in its environment. A task may have keys of these names of its own: an
 * `env` that is text is one.
 */
export const serviceEnvironment = {
  env: z.union([z.string(), variables]).optional(),
  env_file: z.string().optional(),
};

export function isPort(value: string): boolean {
  return /^[1-9][0-9]{0,4}$/.test(value) && Number(value) <= 65_535;
}
