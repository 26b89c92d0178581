// What the short checks of frequent messages are made of: each is true only for what the schemas find good. Pure.

/** Without the one key that the schemas leave out. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !Object.hasOwn(value, '__proto__')
  );
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** 0, 1, 2, ... */
export function isCount(value: unknown): value is number {
  return isWhole(value) && value >= 0;
}

export function isOptional(value: unknown, is: (value: unknown) => boolean): boolean {
  return value === undefined || is(value);
}
