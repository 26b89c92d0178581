// Checks across the values of a meta file: one named function each.

import { formatList } from '../../base/shorten.js';
import { TRIGGERS } from '../context.js';
import { parsePort } from '../endpoint.js';
import type { Finding, ValuePath } from '../../xml/fault.js';
import type { LenientMeta, LenientMetaService } from '../meta-lenient-view.js';
import { didYouMean, MAX_HINTS } from '../../base/suggest.js';

type MetaCheck = (meta: LenientMeta) => readonly Finding[];

const META_CHECKS: readonly MetaCheck[] = [
  portsDiffer,
  hasServices,
  taskIdsAreUnique,
  taskServicesAreUnique,
  statesAreComplete,
  actionsHaveTargets,
  targetsExist,
];

export function runMetaChecks(meta: LenientMeta): readonly Finding[] {
  return META_CHECKS.flatMap((check) => check(meta));
}

function portsDiffer({ texts }: LenientMeta): readonly Finding[] {
  const sub = parsePort(texts.get('sub_port') ?? '');
  if (sub === undefined || sub !== parsePort(texts.get('pub_port') ?? '')) return [];
  return [{ path: ['pub_port'], message: `pub_port ${sub} is the sub_port, allowed: another one` }];
}

function hasServices({ services }: LenientMeta): readonly Finding[] {
  if (services.length > 0) return [];
  return [{ path: [], message: 'the file has no <Service>: nothing will be written', severity: 'warning' }];
}

function taskIdsAreUnique({ services }: LenientMeta): readonly Finding[] {
  return findDuplicates(services, 'task_id');
}

function taskServicesAreUnique({ services }: LenientMeta): readonly Finding[] {
  return findDuplicates(services, 'task_service');
}

/** Each service must have exactly one state for each trigger. */
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
      return [];
    });
    const missing = TRIGGERS.filter((trigger) => !firsts.has(trigger));
    // One that is misspelt, or there twice, is reported as that.
    if (missing.length === 0 || states.length >= TRIGGERS.length) return wrong;
    const message = `<Service> has no <state> for ${missing.join(', ')}, allowed: each of ${TRIGGERS.join(', ')} once`;
    return [...wrong, { path: [...path, 'state'], message }];
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
  const allowed = `allowed: ${formatList([...ids])}`;
  return allStates(services)
    .flatMap(({ call, path }) => call.split(/\s+/).map((id) => ({ id, path })))
    .filter(({ id }) => id !== '' && !ids.has(id))
    .map(({ id, path }, index) => {
      const hint = index < MAX_HINTS ? didYouMean(id, ids) : undefined;
      return { path: [...path, 'state_id'], message: `state_id "${id}", ${allowed}`, hint };
    });
}

function allStates(services: readonly LenientMetaService[]) {
  return services.flatMap(({ states }) => states);
}

function findDuplicates(services: readonly LenientMetaService[], key: string): readonly Finding[] {
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
