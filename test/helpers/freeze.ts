// Freezes values deeply, so that a test fails when code changes them.

const frozen = new WeakSet();

/** Freezes `value` and everything in it, including maps. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || frozen.has(value)) return value;
  frozen.add(value);
  if (value instanceof Map) freezeMap(value);
  for (const each of value instanceof Map ? value.values() : Object.values(value)) deepFreeze(each);
  return Object.freeze(value);
}

/** Object.freeze does not protect the entries of a map. */
function freezeMap(map: Map<unknown, unknown>): void {
  const refuse = (): never => {
    throw new TypeError('this map is frozen');
  };
  Object.assign(map, { set: refuse, delete: refuse, clear: refuse });
}
