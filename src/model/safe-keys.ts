// Rejects untrusted objects that are nested too deep or have keys that JavaScript reads from every object.

import type { Finding, ValuePath } from '../xml/fault.js';
import { isForbiddenName } from '../xml/tag.js';
import { MAX_XML_DEPTH } from '../xml/xml.js';

export function findUnsafeKeys(value: unknown): readonly Finding[] {
  return walk(value, []);
}

function walk(value: unknown, path: ValuePath): readonly Finding[] {
  if (typeof value !== 'object' || value === null) return [];
  if (path.length > 2 * MAX_XML_DEPTH) {
    return [{ path: path.slice(0, 3), message: `is nested too deep, allowed: ${2 * MAX_XML_DEPTH} levels` }];
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => walk(item, [...path, index]));
  return Object.entries(value).flatMap(([key, item]) => {
    if (isForbiddenName(key)) return [{ path: [...path, key], message: `the name ${key} is not allowed` }];
    return walk(item, [...path, key]);
  });
}
