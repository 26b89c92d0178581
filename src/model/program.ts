// The schema of <command>: a program that is run as a task service.

import * as z from 'zod';
import { didYouMean } from '../base/suggest.js';
import { parsePort, XSD_PORT } from './endpoint.js';
import { allowed, defaultIfEmpty, nonEmpty, pattern, text, toXsd, word, XML_FORMS } from './fields.js';

/** When a program counts as started: at once, when it prints a line, when it opens a port, or by its own heartbeat. */
export const READY_KINDS = ['started', 'line', 'port', 'heartbeat'] as const;

/** Which output becomes `updated` events. */
export const OUTPUT_EVENTS = ['none', 'lines', 'json'] as const;

/** Standard input: /dev/null, or a pipe that stays open and empty. */
export const STDIN_KINDS = ['null', 'open'] as const;

/** Who receives the stop signal: the process group of the program, or the program alone. */
export const STOP_TARGETS = ['group', 'leader'] as const;

/** Names as in prlimit: open files, processes of the user, bytes of address space, bytes of a core file. */
export const RLIMIT_KEYS = ['nofile', 'nproc', 'as', 'core'] as const;
const RLIMIT_PATTERN = /^(?:[0-9]{1,18}|unlimited)$/;
const RLIMIT_RULE = 'a whole number, or unlimited';

/** Blank: as the provider's. */
const UMASK_PATTERN = /^(?:0?[0-7]{3})?$/;
const UMASK_RULE = 'three octal digits, such as 027';

/** Names of environment variables. Variables of contextd itself cannot be set. */
export const VARIABLE_PATTERN = /^(?!CONTEXTD_)[A-Za-z_][A-Za-z0-9_]*$/;
export const VARIABLE_RULE = 'letters, digits and _, not starting with a digit or CONTEXTD_';

/** Variables by their names. */
const variables = z
  .record(z.string().regex(VARIABLE_PATTERN, allowed(VARIABLE_RULE)), z.string(), {
    error: () => allowed('<NAME>value</NAME>'),
  })
  .register(XML_FORMS, { isFree: true });

const rlimits = z
  .record(z.string(), z.string(), { error: () => allowed('<rlimits nofile="1024"/>') })
  .superRefine((limits, context) => {
    for (const [name, value] of Object.entries(limits)) {
      const message = whyNoLimit(name, value);
      const params = { hint: didYouMean(name, RLIMIT_KEYS) };
      if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message, params });
    }
  })
  .register(XML_FORMS, { names: RLIMIT_KEYS, patterns: [toXsd(RLIMIT_PATTERN)] });

const umask = z
  .string()
  .regex(UMASK_PATTERN, allowed(UMASK_RULE))
  .register(XML_FORMS, { patterns: [toXsd(UMASK_PATTERN)] });

const readyLine = z.string().refine(isRegularExpression, allowed('a regular expression'));

const readyPort = pattern((value) => value === '' || parsePort(value) !== undefined, {
  rule: '1 to 65535',
  patterns: [XSD_PORT],
});

/** One argument may stand without the list around it. */
const asArguments = (value: unknown): unknown => {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
};

export const programSchema = z.looseObject(
  {
    /** A path, or a name that is searched in PATH. */
    program: nonEmpty('a path, or a name in PATH'),
    arg: z.preprocess(asArguments, z.array(z.string())),
    /** The working folder; the context folder if blank. */
    cwd: text(),
    env: defaultIfEmpty({}, variables),
    /** A file with more variables, read at each start; `env` wins. */
    env_file: text(),
    /** The user it runs as; the provider's user when blank. */
    user: text(),
    umask: umask.default(''),
    rlimits: defaultIfEmpty({}, rlimits),
    stdin: defaultIfEmpty('null', word(STDIN_KINDS)).describe(
      'null: at its end from the start. open: a pipe without input, for programs that end with their input.',
    ),
    stop_to: defaultIfEmpty('group', word(STOP_TARGETS)).describe(
      'Which processes receive the stop signal: the process group of the program, or the program alone.',
    ),
    ready: defaultIfEmpty('started', word(READY_KINDS)).describe(
      'When the program counts as started: at once, when a line of its output matches ready_line, when its ready_port is open, or when it sends a heartbeat.',
    ),
    ready_line: readyLine.default('').describe('With ready line: a regular expression.'),
    ready_port: readyPort.default('').describe('With ready port: a TCP port on loopback.'),
    events: defaultIfEmpty('none', word(OUTPUT_EVENTS)).describe(
      'Which lines of its standard output become updated events: none, each line, or each line that is a JSON object.',
    ),
  },
  { error: () => allowed('elements, of which <program> is required') },
);
export type ProgramCommand = z.infer<typeof programSchema>;

/**
 * Variables for a service that is not a program. A task may use keys with these names itself: `env` that is text is
 * such a key.
 */
export const serviceEnvironment = {
  env: z.union([z.string(), variables]).optional(),
  env_file: z.string().optional(),
};

function isRegularExpression(value: string): boolean {
  try {
    new RegExp(value);
    return true;
  } catch {
    return false;
  }
}

function whyNoLimit(name: string, value: string): string | undefined {
  if (!RLIMIT_KEYS.some((key) => key === name))
    return `unknown attribute ${name} of <rlimits>, ${allowed(RLIMIT_KEYS.join(', '))}`;
  return RLIMIT_PATTERN.test(value) ? undefined : allowed(RLIMIT_RULE);
}
