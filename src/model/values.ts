// Looks into values of which nothing is known yet: text at a place, or nothing.

export function textAt(value: unknown, ...keys: readonly string[]): string | undefined {
  const found = valueAt(value, ...keys);
  if (typeof found === 'number') return String(found);
  return typeof found === 'string' ? found : undefined;
}

/** Of a list where one value belongs, the first counts: that there are several is another fault. */
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
