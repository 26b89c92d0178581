// Checks across the task services of a context.

import { isId } from '../../base/ids.js';
import type { Finding, ValuePath } from '../../xml/fault.js';
import type { LenientContext } from '../lenient-view.js';

export function idsAreUnique({ services }: LenientContext): readonly Finding[] {
  const firsts = new Map<string, ValuePath>();
  return services.flatMap(({ id, path }): readonly Finding[] => {
    if (id === undefined || !isId(id)) return [];
    const firstAt = firsts.get(id);
    const own = [...path, 'id'];
    if (firstAt !== undefined) return [{ path: own, message: `id "${id}" is taken`, firstAt }];
    firsts.set(id, own);
    return [];
  });
}

export function hasServices({ services }: LenientContext): readonly Finding[] {
  if (services.length > 0) return [];
  return [{ path: [], message: 'the context has no <TaskService>: nothing will run', severity: 'warning' }];
}
