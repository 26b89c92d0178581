// What the checks need of a meta file that may still be wrong: its texts, undefined where there is none.

import type { ValuePath } from './fault.js';
import type { WireObject, WireValue } from './wire.js';

export interface MetaStateOutline {
  readonly path: ValuePath;
  readonly trigger: string | undefined;
  readonly action: string;
  readonly call: string;
}

export interface MetaServiceOutline {
  readonly path: ValuePath;
  readonly texts: Texts;
  readonly states: readonly MetaStateOutline[];
}

export interface MetaOutline {
  readonly texts: Texts;
  readonly services: readonly MetaServiceOutline[];
}

export type Texts = ReadonlyMap<string, string>;

export function outlineMeta(value: WireObject): MetaOutline {
  return {
    texts: textsOf(value),
    services: objectsAt(value, 'Service').map((service, index) => {
      const path = ['Service', index];
      return { path, texts: textsOf(service), states: outlineStates(service, path) };
    }),
  };
}

function outlineStates(service: WireObject, path: ValuePath): readonly MetaStateOutline[] {
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

/** Of an element that is there twice the first counts: that there are two is another fault. */
function textsOf(object: WireObject): Texts {
  const texts = Object.entries(object).map(([key, value]) => [key, firstOf(value)] as const);
  return new Map(texts.flatMap(([key, text]) => (typeof text === 'string' ? [[key, text]] : [])));
}

function firstOf(value: WireValue): WireValue | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** An element without content is blank text in the wire form. */
function objectsAt(object: WireObject, key: string): readonly WireObject[] {
  const list = object[key];
  return Array.isArray(list) ? list.map((item) => (isObject(item) ? item : {})) : [];
}

function isObject(value: WireValue): value is WireObject {
  return typeof value === 'object' && !Array.isArray(value);
}
