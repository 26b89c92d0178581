// Fast type checks for frequent messages. A check must never accept a value that the schema rejects.

/** An object without `__proto__`, which the schemas remove. */
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
