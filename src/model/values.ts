// Reads values at a path of an unvalidated object.

export function textAt(value: unknown, ...keys: readonly string[]): string | undefined {
  const found = valueAt(value, ...keys);
  if (typeof found === 'number') return String(found);
  return typeof found === 'string' ? found : undefined;
}

/** Uses the first item of a list where one value is expected; another check reports the list. */
export function valueAt(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce((current: unknown, key) => {
    const [first] = keys.length > 0 ? asList(current) : [current];
    if (typeof first !== 'object' || first === null || !Object.hasOwn(first, key)) return undefined;
    return (first as Readonly<Record<string, unknown>>)[key];
  }, value);
}

export function asList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === '' || value === null ? [] : [value];
}
