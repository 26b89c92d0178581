// Checks of the task services themselves: their ids, names, types and supervision.

import { ID_RULE, isId } from '../../base/ids.js';
import { INSTANCE_PATTERN, INSTANCE_RULE, SERVICE_TYPES } from '../context.js';
import type { Finding, ValuePath } from '../../xml/fault.js';
import type { LenientContext, LenientService } from '../lenient-view.js';
import { describeRule, parseQuantity } from '../quantity.js';
import { didYouMean } from '../../base/suggest.js';
import { isSignalName, signalNames, SUPERVISION_RULES, type SupervisionKey } from '../supervision.js';

export function idsAreIds({ services }: LenientContext): readonly Finding[] {
  return services.flatMap(({ id, path }) => {
    if (id === undefined || isId(id)) return [];
    return [{ path: [...path, 'id'], message: `id "${id}", allowed: ${ID_RULE}` }];
  });
}

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

export function instancesAreIdentifiers({ services }: LenientContext): readonly Finding[] {
  return services.flatMap(({ instance, path }) => {
    if (instance === undefined || INSTANCE_PATTERN.test(instance)) return [];
    return [{ path: [...path, 'instance'], message: `instance "${instance}", allowed: ${INSTANCE_RULE}` }];
  });
}

export function serviceTypesAreKnown({ services }: LenientContext): readonly Finding[] {
  return services.flatMap(({ serviceType, path }) => {
    if (SERVICE_TYPES.some((type) => type === serviceType)) return [];
    const message = `serviceType "${serviceType}", allowed: ${SERVICE_TYPES.join(', ')}`;
    return [{ path: [...path, 'serviceType'], message, hint: didYouMean(serviceType, SERVICE_TYPES) }];
  });
}

export function serviceNamesAreGiven({ services }: LenientContext): readonly Finding[] {
  return services.flatMap(({ serviceName, path }) => {
    if (serviceName !== '') return [];
    const at = [...path, 'Task', 'message', 'header', 'service_name'];
    return [{ path: at, message: 'service_name is empty, allowed: a name such as echo_action' }];
  });
}

export function supervisionIsInRange({ services }: LenientContext): readonly Finding[] {
  return services.flatMap((service) =>
    [...service.supervision].flatMap(([key, text]): readonly Finding[] => {
      return key === 'stop_signal' ? checkSignal(service, text) : checkQuantity(service, key, text);
    }),
  );
}

export function someServiceIsThere({ services }: LenientContext): readonly Finding[] {
  if (services.length > 0) return [];
  return [{ path: [], message: 'the context has no <TaskService>: nothing will run', severity: 'warning' }];
}

function checkQuantity(service: LenientService, key: SupervisionKey, text: string): readonly Finding[] {
  const rule = SUPERVISION_RULES[key];
  if (parseQuantity(text, rule) !== undefined) return [];
  const message = `${key} "${text}", allowed: ${describeRule(rule)}`;
  return [{ path: [...service.path, 'Task', 'supervision', key], message }];
}

function checkSignal(service: LenientService, text: string): readonly Finding[] {
  if (isSignalName(text)) return [];
  const message = `stop_signal "${text}", allowed: the name of a signal, such as SIGTERM`;
  return [
    {
      path: [...service.path, 'Task', 'supervision', 'stop_signal'],
      message,
      hint: didYouMean(text, signalNames()),
    },
  ];
}
