// Checks between the elements of a <command>, and between it and its task service.

import { at, commandsOf, textOf, type CommandView } from '../command-view.js';
import type { Finding } from '../../xml/fault.js';
import type { LenientContext } from '../lenient-view.js';
import { programSchema } from '../program.js';
import { didYouMean } from '../../base/suggest.js';

/** The element structure allows any element in <configuration>, so it does not check those of <command>. */
export function commandElementsAreKnown({ services }: LenientContext): readonly Finding[] {
  return commandsOf(services).flatMap(unknownElements);
}

export function readinessIsComplete({ services }: LenientContext): readonly Finding[] {
  return commandsOf(services).flatMap((command) => {
    const ready = textOf(command, 'ready') || 'started';
    return [
      ...checkDetail(command, ready, 'line', 'a regular expression that a line it prints matches'),
      ...checkDetail(command, ready, 'port', 'a TCP port it opens on 127.0.0.1 or ::1'),
    ];
  });
}

export function outputEventsFitReadiness({ services }: LenientContext): readonly Finding[] {
  return commandsOf(services).flatMap((command) => {
    const events = textOf(command, 'events') || 'none';
    if (events === 'none' || textOf(command, 'ready') !== 'heartbeat') return [];
    const message = `events "${events}" with ready "heartbeat", allowed: none`;
    return [at(command, 'events', message, 'such a program reports its events itself')];
  });
}

/** A thread has no own process that could run a program. */
export function programsAreProcesses({ services }: LenientContext): readonly Finding[] {
  return services
    .filter(({ command, serviceType }) => command !== undefined && serviceType === 'Thread')
    .map(({ path }) => ({
      path: [...path, 'serviceType'],
      message: 'serviceType "Thread" with a <command>, allowed: Process',
    }));
}

function checkDetail(command: CommandView, ready: string, kind: string, what: string): readonly Finding[] {
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

function unknownElements(command: CommandView): readonly Finding[] {
  const known = Object.keys(programSchema.shape);
  return Object.keys(command.fields)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const message = `unknown element <${key}> in <command>, allowed: ${known.map((each) => `<${each}>`).join(', ')}`;
      return at(command, key, message, didYouMean(key, known));
    });
}
