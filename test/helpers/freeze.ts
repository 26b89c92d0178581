// Makes a value that must not change throw when somebody tries, whatever lies inside it.

const frozen = new WeakSet();

/** Freezes `value` all the way down, maps included; what is frozen already is not walked again. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || frozen.has(value)) return value;
  frozen.add(value);
  if (value instanceof Map) freezeMap(value);
  for (const each of value instanceof Map ? value.values() : Object.values(value)) deepFreeze(each);
  return Object.freeze(value);
}

/** Object.freeze leaves the entries of a map open. */
function freezeMap(map: Map<unknown, unknown>): void {
  const refuse = (): never => {
    throw new TypeError('this map is frozen');
  };
  Object.assign(map, { set: refuse, delete: refuse, clear: refuse });
}
