// A lenient view of a configuration that may still be invalid, for the checks: the text at known places.

import { splitCall, TRIGGERS, type Trigger } from './context.js';
import type { ValuePath } from '../xml/fault.js';
import { readLenientSecurity, type LenientSecurity } from './security.js';
import { asList, textAt, valueAt } from './values.js';

export interface LenientTrigger {
  readonly trigger: Trigger;
  readonly path: ValuePath;
  readonly action: string;
  readonly targets: readonly string[];
}

export interface LenientService {
  readonly path: ValuePath;
  readonly id: string | undefined;
  readonly serviceType: string;
  readonly entry: string;
  readonly triggers: readonly LenientTrigger[];
  /** The unvalidated value; undefined if missing. */
  readonly command: unknown;
  /** Unvalidated variables for a service that is not a program. */
  readonly env: unknown;
  readonly envFile: unknown;
}

export const ENDPOINT_KEYS = ['FrontEndEndpoint', 'BackendEndpoint', 'FrontBind', 'BackendBind'] as const;
export type EndpointKey = (typeof ENDPOINT_KEYS)[number];

export interface LenientContext {
  /** Without missing endpoints. */
  readonly endpoints: ReadonlyMap<EndpointKey, string>;
  readonly services: readonly LenientService[];
  /** Undefined without <Security>. */
  readonly security: LenientSecurity | undefined;
}

/** Never throws. Missing values and wrong types are reported by the schema. */
export function readLenientView(value: unknown): LenientContext {
  const services = asList(valueAt(value, 'TaskService'));
  return {
    endpoints: textsOf(value, ENDPOINT_KEYS),
    services: services.map((service, index) => readService(service, ['TaskService', index])),
    security: readLenientSecurity(valueAt(value, 'Security')),
  };
}

const CONFIGURATION = ['Task', 'message', 'content', 'configuration'] as const;

function readService(value: unknown, path: ValuePath): LenientService {
  return {
    path,
    id: textAt(value, 'id'),
    serviceType: textAt(value, 'serviceType') ?? 'Process',
    entry: textAt(value, 'Task', 'state', 'type') ?? 'on_start',
    triggers: TRIGGERS.map((trigger) => ({
      trigger,
      path: [...path, 'Task', 'state', trigger],
      action: textAt(value, 'Task', 'state', trigger, 'action') ?? '',
      targets: splitCall(textAt(value, 'Task', 'state', trigger, 'call') ?? ''),
    })),
    command: valueAt(value, ...CONFIGURATION, 'command'),
    env: valueAt(value, ...CONFIGURATION, 'env'),
    envFile: valueAt(value, ...CONFIGURATION, 'env_file'),
  };
}

function textsOf<Key extends string>(value: unknown, keys: readonly Key[]): ReadonlyMap<Key, string> {
  const texts = keys.map((key) => [key, textAt(value, key)] as const);
  return new Map(texts.flatMap(([key, text]) => (text === undefined ? [] : [[key, text]])));
}
