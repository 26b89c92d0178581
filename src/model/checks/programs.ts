// Checks of the programs that are task services: every <command> says what to run and when it is ready.

import {
  asListOf,
  at,
  COMMAND_PLACE,
  commandsOf,
  isRecord,
  textOf,
  whyNoText,
  type CommandOutline,
} from '../command-outline.js';
import type { Finding } from '../../xml/fault.js';
import type { LenientContext } from '../lenient-view.js';
import {
  COMMAND_KEYS,
  isPort,
  OUTPUT_EVENTS,
  READY_KINDS,
  RLIMIT_KEYS,
  RLIMIT_PATTERN,
  RLIMIT_RULE,
  STDIN_KINDS,
  STOP_TARGETS,
  UMASK_PATTERN,
  UMASK_RULE,
} from '../program.js';
import { didYouMean } from '../../base/suggest.js';

const TEXT_KEYS = [
  ...['program', 'cwd', 'env_file', 'user', 'umask', 'stdin', 'stop_to'],
  ...['ready', 'ready_line', 'ready_port', 'events'],
] as const;

const EXAMPLE_OF_RLIMITS = '<rlimits nofile="1024"/>';

export function commandsAreSingle({ services }: LenientContext): readonly Finding[] {
  return services
    .filter(({ command }) => Array.isArray(command))
    .map(({ path }) => ({
      path: [...path, ...COMMAND_PLACE, 1],
      message: 'a second <command>, allowed: one for each task service',
    }));
}

export function commandsAreWhole({ services }: LenientContext): readonly Finding[] {
  return commandsOf(services).flatMap((command) => [
    ...(command.fields.program === undefined || command.fields.program === ''
      ? [at(command, 'program', '<command> has no <program>, allowed: a path, or a name to be found in PATH')]
      : []),
    ...unknownElements(command),
    ...TEXT_KEYS.flatMap((key) => checkText(command, key)),
    ...asListOf(command.fields.arg).flatMap((arg) =>
      typeof arg === 'string' ? [] : [at(command, 'arg', '<arg> holds elements, allowed: text')],
    ),
  ]);
}

export function readinessIsKnown({ services }: LenientContext): readonly Finding[] {
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

export function outputEventsAreKnown({ services }: LenientContext): readonly Finding[] {
  return commandsOf(services).flatMap((command) => {
    const events = textOf(command, 'events') || 'none';
    if (!OUTPUT_EVENTS.some((kind) => kind === events))
      return [at(command, 'events', notOneOf('events', events, OUTPUT_EVENTS))];
    if (events === 'none' || textOf(command, 'ready') !== 'heartbeat') return [];
    const message = `events "${events}" with ready "heartbeat", allowed: none`;
    return [at(command, 'events', message, 'such a program reports its events itself')];
  });
}

export function surroundingsAreKnown({ services }: LenientContext): readonly Finding[] {
  return commandsOf(services).flatMap((command) => [
    ...checkWord(command, 'stdin', STDIN_KINDS),
    ...checkWord(command, 'stop_to', STOP_TARGETS),
    ...checkUmask(command),
    ...checkRlimits(command),
  ]);
}

/** A thread has no process of its own that could be another program. */
export function programsAreProcesses({ services }: LenientContext): readonly Finding[] {
  return services
    .filter(({ command, serviceType }) => command !== undefined && serviceType === 'Thread')
    .map(({ path }) => ({
      path: [...path, 'serviceType'],
      message: 'serviceType "Thread" with a <command>, allowed: Process',
    }));
}

function checkWord(command: CommandOutline, key: string, allowed: readonly string[]): readonly Finding[] {
  const word = textOf(command, key);
  return word === '' || allowed.includes(word) ? [] : [at(command, key, notOneOf(key, word, allowed))];
}

function checkUmask(command: CommandOutline): readonly Finding[] {
  const umask = textOf(command, 'umask');
  if (umask === '' || UMASK_PATTERN.test(umask)) return [];
  return [at(command, 'umask', `umask "${umask}", allowed: ${UMASK_RULE}`)];
}

function checkRlimits(command: CommandOutline): readonly Finding[] {
  const { rlimits } = command.fields;
  if (rlimits === undefined || rlimits === '') return [];
  const known: readonly string[] = RLIMIT_KEYS;
  if (!isRecord(rlimits))
    return [at(command, 'rlimits', `<rlimits> is not one, allowed: ${EXAMPLE_OF_RLIMITS}`)];
  return Object.entries(rlimits).flatMap(([name, value]): readonly Finding[] => {
    const path = [...command.path, 'rlimits', name];
    if (!known.includes(name)) {
      const message = `unknown attribute ${name} of <rlimits>, allowed: ${known.join(', ')}`;
      return [{ path, message, hint: didYouMean(name, known) }];
    }
    if (typeof value === 'string' && RLIMIT_PATTERN.test(value)) return [];
    const shown = typeof value === 'string' ? ` "${value}"` : '';
    return [{ path, message: `${name} of <rlimits>${shown}, allowed: ${RLIMIT_RULE}` }];
  });
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

function notOneOf(key: string, value: string, allowed: readonly string[]): string {
  return `${key} "${value}", allowed: ${allowed.join(', ')}`;
}
