// What the checks need of a configuration that may still be wrong: text at known places, blank where there is none.

import { DEFAULT_CONTEXT_ID, splitCall, TRIGGERS, type Trigger } from './context.js';
import type { ValuePath } from '../xml/fault.js';
import { readLenientSecurity, type LenientSecurity } from './security.js';
import { asList, textAt, valueAt } from './values.js';
import { SUPERVISION_RULES, type SupervisionKey } from './supervision.js';

export interface LenientTrigger {
  readonly trigger: Trigger;
  readonly path: ValuePath;
  readonly action: string;
  readonly targets: readonly string[];
}

export interface LenientLimit {
  readonly path: ValuePath;
  readonly texts: ReadonlyMap<LimitKey, string>;
}

export const LIMIT_KEYS = ['metric', 'above', 'for_s', 'event'] as const;
export type LimitKey = (typeof LIMIT_KEYS)[number];

export interface LenientService {
  readonly path: ValuePath;
  readonly id: string | undefined;
  readonly instance: string | undefined;
  readonly serviceType: string;
  readonly serviceName: string | undefined;
  readonly entry: string;
  readonly triggers: readonly LenientTrigger[];
  readonly supervision: ReadonlyMap<SupervisionKey | 'stop_signal', string>;
  readonly limits: readonly LenientLimit[];
  /** As it stands there; undefined where there is none. */
  readonly command: unknown;
  /** Likewise: variables for a service that is no program. */
  readonly env: unknown;
  readonly envFile: unknown;
}

export const ENDPOINT_KEYS = ['FrontEndEndpoint', 'BackendEndpoint', 'FrontBind', 'BackendBind'] as const;
export type EndpointKey = (typeof ENDPOINT_KEYS)[number];

export interface LenientContext {
  /** Only those that are there. */
  readonly endpoints: ReadonlyMap<EndpointKey, string>;
  readonly contextId: string;
  readonly services: readonly LenientService[];
  /** Undefined without an element <Security>. */
  readonly security: LenientSecurity | undefined;
}

/** Never throws: what is missing or of the wrong type is for the schema to tell. */
export function readLenientView(value: unknown): LenientContext {
  const services = asList(valueAt(value, 'TaskService'));
  return {
    endpoints: textsOf(value, ENDPOINT_KEYS),
    contextId: textAt(value, 'ContextID') ?? DEFAULT_CONTEXT_ID,
    services: services.map((service, index) => outlineService(service, ['TaskService', index])),
    security: readLenientSecurity(valueAt(value, 'Security')),
  };
}

const CONFIGURATION = ['Task', 'message', 'content', 'configuration'] as const;

function outlineService(value: unknown, path: ValuePath): LenientService {
  const keys = [...Object.keys(SUPERVISION_RULES), 'stop_signal'] as (SupervisionKey | 'stop_signal')[];
  return {
    path,
    id: textAt(value, 'id'),
    instance: textAt(value, 'instance'),
    serviceType: textAt(value, 'serviceType') ?? 'Process',
    serviceName: textAt(value, 'Task', 'message', 'header', 'service_name'),
    entry: textAt(value, 'Task', 'state', 'type') ?? 'on_start',
    triggers: TRIGGERS.map((trigger) => ({
      trigger,
      path: [...path, 'Task', 'state', trigger],
      action: textAt(value, 'Task', 'state', trigger, 'action') ?? '',
      targets: splitCall(textAt(value, 'Task', 'state', trigger, 'call') ?? ''),
    })),
    supervision: textsOf(valueAt(value, 'Task', 'supervision'), keys),
    limits: outlineLimits(valueAt(value, 'Task', 'supervision', 'limit'), path),
    command: valueAt(value, ...CONFIGURATION, 'command'),
    env: valueAt(value, ...CONFIGURATION, 'env'),
    envFile: valueAt(value, ...CONFIGURATION, 'env_file'),
  };
}

function outlineLimits(value: unknown, path: ValuePath): readonly LenientLimit[] {
  const place = [...path, 'Task', 'supervision', 'limit'];
  return asList(value).map((limit, index) => ({
    path: [...place, index],
    texts: textsOf(limit, LIMIT_KEYS),
  }));
}

function textsOf<Key extends string>(value: unknown, keys: readonly Key[]): ReadonlyMap<Key, string> {
  const texts = keys.map((key) => [key, textAt(value, key)] as const);
  return new Map(texts.flatMap(([key, text]) => (text === undefined ? [] : [[key, text]])));
}
