// Numbers in a context file: their notation and their allowed range.

export interface QuantityRule {
  readonly fallback: number;
  /** The value must be above this, or at least this if `isInclusive`. */
  readonly min: number;
  readonly isInclusive: boolean;
  readonly max: number;
  readonly isInteger: boolean;
  /** The name of the value in messages. */
  readonly label: string;
}

/** A number as text: digits with at most one point. */
const NUMBER = /^[0-9]{1,15}(?:\.[0-9]{1,15})?$/;

/** Returns the number, or undefined if the value is not a number within the rule. */
export function parseQuantity(value: unknown, rule: QuantityRule): number | undefined {
  const number = typeof value === 'string' && NUMBER.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
  if (rule.isInteger && !Number.isInteger(number)) return undefined;
  const isEnough = rule.isInclusive ? number >= rule.min : number > rule.min;
  return isEnough && number <= rule.max ? number : undefined;
}

export function describeRule({ label, isInclusive, min, max }: QuantityRule): string {
  return `${label} ${isInclusive ? 'from' : 'above'} ${min} up to ${max}`;
}
