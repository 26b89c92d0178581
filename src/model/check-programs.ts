// Checks of the programs that are task services: every <command> says what to run and when it is ready.

import type { Finding, ValuePath } from './fault.js';
import type { ContextOutline, ServiceOutline } from './outline.js';
import {
  COMMAND_KEYS,
  isPort,
  OUTPUT_EVENTS,
  READY_KINDS,
  VARIABLE_PATTERN,
  VARIABLE_RULE,
} from './program.js';
import { didYouMean } from './suggest.js';

type Fields = Readonly<Record<string, unknown>>;

/** A <command> as far as it is one; `path` leads to it. */
interface CommandOutline {
  readonly path: ValuePath;
  readonly fields: Fields;
}

const PLACE = ['Task', 'message', 'content', 'configuration', 'command'] as const;
const TEXT_KEYS = ['program', 'cwd', 'user', 'ready', 'ready_line', 'ready_port', 'events'] as const;

export function commandsAreSingle({ services }: ContextOutline): readonly Finding[] {
  return services
    .filter(({ command }) => Array.isArray(command))
    .map(({ path }) => ({
      path: [...path, ...PLACE, 1],
      message: 'a second <command>, allowed: one for each task service',
    }));
}

export function commandsAreWhole({ services }: ContextOutline): readonly Finding[] {
  return commandsOf(services).flatMap((command) => [
    ...(command.fields.program === undefined || command.fields.program === ''
      ? [at(command, 'program', '<command> has no <program>, allowed: a path, or a name to be found in PATH')]
      : []),
    ...unknownElements(command),
    ...TEXT_KEYS.flatMap((key) => checkText(command, key)),
    ...asList(command.fields.arg).flatMap((arg) =>
      typeof arg === 'string' ? [] : [at(command, 'arg', '<arg> holds elements, allowed: text')],
    ),
  ]);
}

export function readinessIsKnown({ services }: ContextOutline): readonly Finding[] {
  return commandsOf(services).flatMap((command) => {
    const ready = textOf(command, 'ready') || 'started';
    const isKnown = READY_KINDS.some((kind) => kind === ready);
    if (!isKnown) return [at(command, 'ready', notOneOf('ready', ready, READY_KINDS))];
    return [
      ...checkDetail(command, ready, 'line', 'a regular expression that a line it prints matches'),
      ...checkDetail(command, ready, 'port', 'a TCP port it opens on 127.0.0.1 or ::1'),
      ...checkPattern(command),
      ...checkPort(command),
    ];
  });
}

export function outputEventsAreKnown({ services }: ContextOutline): readonly Finding[] {
  return commandsOf(services).flatMap((command) => {
    const events = textOf(command, 'events') || 'none';
    if (!OUTPUT_EVENTS.some((kind) => kind === events))
      return [at(command, 'events', notOneOf('events', events, OUTPUT_EVENTS))];
    if (events === 'none' || textOf(command, 'ready') !== 'heartbeat') return [];
    const message = `events "${events}" with ready "heartbeat", allowed: none`;
    return [at(command, 'events', message, 'such a program reports its events itself')];
  });
}

export function variablesAreNamed({ services }: ContextOutline): readonly Finding[] {
  return commandsOf(services).flatMap((command) => {
    const { env } = command.fields;
    if (env === undefined || env === '') return [];
    if (!isRecord(env)) return [at(command, 'env', 'text in <env>, allowed: <NAME>value</NAME>')];
    return Object.entries(env).flatMap(([name, value]): readonly Finding[] => {
      const path = [...command.path, 'env', name];
      if (!VARIABLE_PATTERN.test(name))
        return [{ path, message: `variable "${name}", allowed: ${VARIABLE_RULE}` }];
      return whyNoText(value, { path, name });
    });
  });
}

/** A thread has no process of its own that could be another program. */
export function programsAreProcesses({ services }: ContextOutline): readonly Finding[] {
  return services
    .filter(({ command, serviceType }) => command !== undefined && serviceType === 'Thread')
    .map(({ path }) => ({
      path: [...path, 'serviceType'],
      message: 'serviceType "Thread" with a <command>, allowed: Process',
    }));
}

function checkDetail(command: CommandOutline, ready: string, kind: string, what: string): readonly Finding[] {
  const key = `ready_${kind}`;
  const isThere = textOf(command, key) !== '';
  if (ready === kind && !isThere)
    return [at(command, key, `ready "${kind}" without <${key}>, allowed: ${what}`)];
  if (ready !== kind && isThere) {
    const message = `<${key}> with ready "${ready}", allowed: with ready "${kind}"`;
    return [at(command, key, message, `write <ready>${kind}</ready>`)];
  }
  return [];
}

function checkPattern(command: CommandOutline): readonly Finding[] {
  const pattern = textOf(command, 'ready_line');
  try {
    new RegExp(pattern);
    return [];
  } catch {
    return [at(command, 'ready_line', `ready_line "${pattern}", allowed: a regular expression`)];
  }
}

function checkPort(command: CommandOutline): readonly Finding[] {
  const port = textOf(command, 'ready_port');
  if (port === '' || isPort(port)) return [];
  return [at(command, 'ready_port', `ready_port "${port}", allowed: 1 to 65535`)];
}

function unknownElements(command: CommandOutline): readonly Finding[] {
  const known: readonly string[] = COMMAND_KEYS;
  return Object.keys(command.fields)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const message = `unknown element <${key}> in <command>, allowed: ${known.map((each) => `<${each}>`).join(', ')}`;
      return at(command, key, message, didYouMean(key, known));
    });
}

function checkText(command: CommandOutline, key: string): readonly Finding[] {
  const value = command.fields[key];
  if (value === undefined) return [];
  return whyNoText(value, { path: [...command.path, key], name: key });
}

function whyNoText(
  value: unknown,
  { path, name }: { readonly path: ValuePath; readonly name: string },
): readonly Finding[] {
  if (typeof value === 'string') return [];
  if (Array.isArray(value))
    return [{ path: [...path, 1], message: `a second <${name}> in <${String(path.at(-2))}>, allowed: one` }];
  return [{ path, message: `<${name}> holds elements, allowed: text` }];
}

function notOneOf(key: string, value: string, allowed: readonly string[]): string {
  return `${key} "${value}", allowed: ${allowed.join(', ')}`;
}

function at(command: CommandOutline, key: string, message: string, hint?: string): Finding {
  return { path: [...command.path, key], message, hint };
}

function commandsOf(services: readonly ServiceOutline[]): readonly CommandOutline[] {
  return services
    .filter(({ command }) => command !== undefined && !Array.isArray(command))
    .map(({ path, command }) => ({
      path: [...path, ...PLACE],
      fields: isRecord(command) ? command : {},
    }));
}

function textOf({ fields }: CommandOutline, key: string): string {
  const value = fields[key];
  return typeof value === 'string' ? value : '';
}

function asList(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
