// What must hold in a meta file beyond its form: one named check each.

import { ID_RULE, isId } from '../../base/ids.js';
import { listSome } from '../../base/shorten.js';
import { ENTRIES, INSTANCE_PATTERN, INSTANCE_RULE, TRANSITION_ACTIONS, TRIGGERS } from '../context.js';
import { HOST_PATTERN, parsePort, PORT_RULE } from '../endpoint.js';
import type { Finding, ValuePath } from '../../xml/fault.js';
import type { LenientMeta, LenientMetaService } from '../meta-lenient-view.js';
import { didYouMean, MOST_HINTS } from '../../base/suggest.js';

type MetaCheck = (meta: LenientMeta) => readonly Finding[];

export const TASK_TYPES = ['Looped', 'Single'] as const;

/** A context name becomes part of a file name. */
const CONTEXT_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/;
const CONTEXT_NAME_RULE = 'letters, digits and _ . -, not starting with . or -';

export const META_CHECKS: readonly MetaCheck[] = [
  contextIsNamed,
  serverIsAHost,
  portsArePorts,
  portsDiffer,
  pathsAreGiven,
  someServiceIsDescribed,
  namesAreIdentifiers,
  serviceNamesAreGiven,
  taskIdsAreIds,
  taskIdsAreUnique,
  taskServicesAreUnique,
  wordsAreKnown,
  statesAreComplete,
  actionsAreKnown,
  actionsHaveTargets,
  targetsExist,
];

export function runMetaChecks(meta: LenientMeta): readonly Finding[] {
  return META_CHECKS.flatMap((check) => check(meta));
}

function contextIsNamed({ texts }: LenientMeta): readonly Finding[] {
  return [
    ...mismatch(texts, [], 'context_name', (text) =>
      CONTEXT_NAME.test(text) ? undefined : CONTEXT_NAME_RULE,
    ),
    ...mismatch(texts, [], 'context_id', (text) => (text === '' || isId(text) ? undefined : ID_RULE)),
  ];
}

function serverIsAHost({ texts }: LenientMeta): readonly Finding[] {
  return mismatch(texts, [], 'server_ip', (text) =>
    HOST_PATTERN.test(text) ? undefined : 'an address or a host name',
  );
}

function portsArePorts({ texts }: LenientMeta): readonly Finding[] {
  const rule = (text: string) => (parsePort(text) === undefined ? PORT_RULE : undefined);
  return [...mismatch(texts, [], 'sub_port', rule), ...mismatch(texts, [], 'pub_port', rule)];
}

function portsDiffer({ texts }: LenientMeta): readonly Finding[] {
  const sub = parsePort(texts.get('sub_port') ?? '');
  if (sub === undefined || sub !== parsePort(texts.get('pub_port') ?? '')) return [];
  return [{ path: ['pub_port'], message: `pub_port ${sub} is the sub_port, allowed: another one` }];
}

function pathsAreGiven({ texts }: LenientMeta): readonly Finding[] {
  return mismatch(texts, [], 'service_path', (text) => (text === '' ? 'a folder, such as "."' : undefined));
}

function someServiceIsDescribed({ services }: LenientMeta): readonly Finding[] {
  if (services.length > 0) return [];
  return [{ path: [], message: 'the file has no <Service>: nothing will be written', severity: 'warning' }];
}

function namesAreIdentifiers({ services }: LenientMeta): readonly Finding[] {
  const rule = (text: string) => (INSTANCE_PATTERN.test(text) ? undefined : INSTANCE_RULE);
  return services.flatMap(({ texts, path }) => [
    ...mismatch(texts, path, 'task_service', rule),
    ...mismatch(texts, path, 'task_file', (text) => (text === '' ? undefined : rule(text))),
    ...mismatch(texts, path, 'task_class', rule),
  ]);
}

function serviceNamesAreGiven({ services }: LenientMeta): readonly Finding[] {
  const rule = (text: string) => (text === '' ? 'a name such as echo_action' : undefined);
  return services.flatMap(({ texts, path }) => mismatch(texts, path, 'service_name', rule));
}

function taskIdsAreIds({ services }: LenientMeta): readonly Finding[] {
  const rule = (text: string) => (isId(text) ? undefined : ID_RULE);
  return services.flatMap(({ texts, path }) => mismatch(texts, path, 'task_id', rule));
}

function taskIdsAreUnique({ services }: LenientMeta): readonly Finding[] {
  return findTaken(services, 'task_id');
}

function taskServicesAreUnique({ services }: LenientMeta): readonly Finding[] {
  return findTaken(services, 'task_service');
}

function wordsAreKnown({ services }: LenientMeta): readonly Finding[] {
  return services.flatMap(({ texts, path }) => [
    ...unknownWord(texts.get('task_type'), [...path, 'task_type'], TASK_TYPES),
    ...unknownWord(texts.get('entry_action'), [...path, 'entry_action'], ENTRIES),
  ]);
}

/** Each service says for each trigger what follows, be it nothing. */
function statesAreComplete({ services }: LenientMeta): readonly Finding[] {
  return services.flatMap(({ states, path }) => {
    const firsts = new Map<string, ValuePath>();
    const wrong = states.flatMap((state): readonly Finding[] => {
      const own = [...state.path, 'trigger'];
      if (state.trigger === undefined) return [];
      const firstAt = firsts.get(state.trigger);
      if (firstAt !== undefined)
        return [{ path: own, message: `a second state for ${state.trigger}`, firstAt }];
      firsts.set(state.trigger, own);
      return unknownWord(state.trigger, own, TRIGGERS);
    });
    const missing = TRIGGERS.filter((trigger) => !firsts.has(trigger));
    if (missing.length === 0 || (wrong.length > 0 && states.length >= TRIGGERS.length)) return wrong;
    const message = `<Service> has no <state> for ${missing.join(', ')}, allowed: each of ${TRIGGERS.join(', ')} once`;
    return [...wrong, { path: [...path, 'state'], message }];
  });
}

function actionsAreKnown({ services }: LenientMeta): readonly Finding[] {
  return allStates(services).flatMap(({ action, path }) => {
    return action === '' ? [] : unknownWord(action, [...path, 'action'], TRANSITION_ACTIONS);
  });
}

function actionsHaveTargets({ services }: LenientMeta): readonly Finding[] {
  return allStates(services).flatMap(({ action, call, path }): readonly Finding[] => {
    if ((action === '') === (call === '')) return [];
    const [key, message] =
      action === ''
        ? ['state_id', `state_id "${call}" without an action, allowed: both or neither`]
        : ['action', `action "${action}" without a state_id, allowed: both or neither`];
    return [{ path: [...path, key], message }];
  });
}

function targetsExist({ services }: LenientMeta): readonly Finding[] {
  const ids = new Set(services.flatMap(({ texts }) => texts.get('task_id') ?? []));
  const allowed = `allowed: ${listSome([...ids])}`;
  return allStates(services)
    .flatMap(({ call, path }) => call.split(/\s+/).map((id) => ({ id, path })))
    .filter(({ id }) => id !== '' && !ids.has(id))
    .map(({ id, path }, index) => {
      const hint = index < MOST_HINTS ? didYouMean(id, ids) : undefined;
      return { path: [...path, 'state_id'], message: `state_id "${id}", ${allowed}`, hint };
    });
}

function allStates(services: readonly LenientMetaService[]) {
  return services.flatMap(({ states }) => states);
}

/** A text that is there and that `rule` answers with what is allowed instead. */
function mismatch(
  texts: ReadonlyMap<string, string>,
  path: ValuePath,
  key: string,
  rule: (text: string) => string | undefined,
): readonly Finding[] {
  const text = texts.get(key);
  const allowed = text === undefined ? undefined : rule(text);
  return allowed === undefined
    ? []
    : [{ path: [...path, key], message: `${key} "${text ?? ''}", allowed: ${allowed}` }];
}

function unknownWord(
  word: string | undefined,
  path: ValuePath,
  known: readonly string[],
): readonly Finding[] {
  if (word === undefined || known.includes(word)) return [];
  const message = `${String(path.at(-1))} "${word}", allowed: ${known.join(', ')}`;
  return [{ path, message, hint: didYouMean(word, known) }];
}

function findTaken(services: readonly LenientMetaService[], key: string): readonly Finding[] {
  const firsts = new Map<string, ValuePath>();
  return services.flatMap(({ texts, path }): readonly Finding[] => {
    const text = texts.get(key);
    if (text === undefined || text === '') return [];
    const own = [...path, key];
    const firstAt = firsts.get(text);
    if (firstAt !== undefined) return [{ path: own, message: `${key} "${text}" is taken`, firstAt }];
    firsts.set(text, own);
    return [];
  });
}
