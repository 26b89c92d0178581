// What a new configuration changes in a transaction: a plan, before anything is done. Pure.

import { isDeepStrictEqual } from 'node:util';
import type { ServiceId } from '../base/ids.js';
import type { ContextConfiguration, TaskService } from '../model/context.js';

export interface ReloadPlan {
  readonly added: readonly ServiceId[];
  readonly removed: readonly ServiceId[];
  /** Their code or configuration differs: those that run are restarted. */
  readonly changed: readonly ServiceId[];
  /** Only description, transitions, entry or supervision differ: taken over, nothing is restarted. */
  readonly updated: readonly ServiceId[];
  readonly unchanged: readonly ServiceId[];
}

export function planReload(known: readonly TaskService[], next: ContextConfiguration): ReloadPlan {
  const before = new Map(known.map((each) => [each.id, each]));
  const after = new Set(next.TaskService.map((each) => each.id));
  const kind = (service: TaskService): keyof ReloadPlan => {
    const old = before.get(service.id);
    if (old === undefined) return 'added';
    if (!isDeepStrictEqual(runningPart(old), runningPart(service))) return 'changed';
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

/** What a process is started with; the rest of a definition only the provider looks at. */
function runningPart(service: TaskService): unknown {
  const { instance, serviceType, topic, Task } = service;
  const { header, content } = Task.message;
  return { instance, serviceType, topic, name: header.service_name, content };
}
