// Plans what a new configuration changes in a transaction. Pure.

import { isDeepStrictEqual } from 'node:util';
import type { ServiceId } from '../base/ids.js';
import type { ContextConfiguration, TaskService } from '../model/context.js';

export interface ReloadPlan {
  readonly added: readonly ServiceId[];
  readonly removed: readonly ServiceId[];
  /** Their code or configuration differs: those that run are restarted. */
  readonly changed: readonly ServiceId[];
  /** Only description, transitions, entry or supervision differ: applied without a restart. */
  readonly updated: readonly ServiceId[];
  readonly unchanged: readonly ServiceId[];
}

/** `hasNewCode` returns whether a service runs with other code than the present one. */
export function planReload(
  known: readonly TaskService[],
  next: ContextConfiguration,
  hasNewCode: (id: ServiceId) => boolean,
): ReloadPlan {
  const before = new Map(known.map((each) => [each.id, each]));
  const after = new Set(next.TaskService.map((each) => each.id));
  const kind = (service: TaskService): keyof ReloadPlan => {
    const old = before.get(service.id);
    if (old === undefined) return 'added';
    if (changesOf(old, service).length > 0 || hasNewCode(service.id)) return 'changed';
    return isDeepStrictEqual(old, service) ? 'unchanged' : 'updated';
  };
  const idsOf = (wanted: keyof ReloadPlan) =>
    next.TaskService.filter((each) => kind(each) === wanted).map((each) => each.id);
  return {
    added: idsOf('added'),
    removed: known.map((each) => each.id).filter((id) => !after.has(id)),
    changed: idsOf('changed'),
    updated: idsOf('updated'),
    unchanged: idsOf('unchanged'),
  };
}

/** Why each service of a plan is `changed` or `updated`, by its id. */
export function changeReasons(
  plan: ReloadPlan,
  known: readonly TaskService[],
  next: ContextConfiguration,
): Readonly<Record<string, readonly string[]>> {
  const before = new Map(known.map((each) => [each.id, each]));
  const reasons = next.TaskService.flatMap((service) => {
    const old = before.get(service.id);
    if (old === undefined) return [];
    if (plan.updated.includes(service.id))
      return [[service.id, differingNames(restOf(old), restOf(service))] as const];
    if (!plan.changed.includes(service.id)) return [];
    const changes = changesOf(old, service);
    return [[service.id, changes.length > 0 ? changes : ['code']] as const];
  });
  return Object.fromEntries(reasons);
}

/** The names of changed fields that a process receives at its start. Only the provider uses the other fields. */
function changesOf(old: TaskService, service: TaskService): readonly string[] {
  return differingNames(runningPart(old), runningPart(service));
}

function runningPart(service: TaskService): Fields {
  const { instance, serviceType, topic, Task } = service;
  const { header, content } = Task.message;
  const { configuration, ...others } = content;
  return { instance, serviceType, topic, service_name: header.service_name, ...others, ...configuration };
}

function restOf({ Task }: TaskService): Fields {
  const { description, state, supervision } = Task;
  const { type: entry, ...transitions } = state;
  return { description, entry, ...transitions, supervision };
}

type Fields = Readonly<Record<string, unknown>>;

function differingNames(one: Fields, other: Fields): readonly string[] {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return names.filter((name) => !isDeepStrictEqual(one[name], other[name]));
}
