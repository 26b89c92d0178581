// A lenient view of a meta file that may still be invalid, for the checks.

import type { ValuePath } from '../xml/fault.js';
import type { JsonObject, JsonValue } from '../xml/to-json.js';

export interface LenientMetaState {
  readonly path: ValuePath;
  readonly trigger: string | undefined;
  readonly action: string;
  readonly call: string;
}

export interface LenientMetaService {
  readonly path: ValuePath;
  readonly texts: Texts;
  readonly states: readonly LenientMetaState[];
}

export interface LenientMeta {
  readonly texts: Texts;
  readonly services: readonly LenientMetaService[];
}

export type Texts = ReadonlyMap<string, string>;

export function readLenientMeta(value: JsonObject): LenientMeta {
  return {
    texts: textsOf(value),
    services: objectsAt(value, 'Service').map((service, index) => {
      const path = ['Service', index];
      return { path, texts: textsOf(service), states: readStates(service, path) };
    }),
  };
}

function readStates(service: JsonObject, path: ValuePath): readonly LenientMetaState[] {
  return objectsAt(service, 'state').map((state, index) => {
    const texts = textsOf(state);
    return {
      path: [...path, 'state', index],
      trigger: texts.get('trigger'),
      action: texts.get('action') ?? '',
      call: texts.get('state_id') ?? '',
    };
  });
}

/** Uses the first of duplicate elements; another check reports the duplicate. */
function textsOf(object: JsonObject): Texts {
  const texts = Object.entries(object).map(([key, value]) => [key, firstOf(value)] as const);
  return new Map(texts.flatMap(([key, text]) => (typeof text === 'string' ? [[key, text]] : [])));
}

function firstOf(value: JsonValue): JsonValue | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** An element without content is blank text and becomes an empty object. */
function objectsAt(object: JsonObject, key: string): readonly JsonObject[] {
  const list = object[key];
  return Array.isArray(list) ? list.map((item) => (isObject(item) ? item : {})) : [];
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && !Array.isArray(value);
}
