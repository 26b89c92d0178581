// Numbers in a context file: how they are written, and within which range they must be.

export interface QuantityRule {
  readonly fallback: number;
  /** The value must be above this, or at least this if `mayEqual`. */
  readonly least: number;
  readonly mayEqual: boolean;
  readonly most: number;
  readonly isWhole: boolean;
  /** What it is, in a message. */
  readonly what: string;
}

/** A number as text: digits with at most one point. */
const NUMBER = /^[0-9]{1,15}(?:\.[0-9]{1,15})?$/;

/** The number a text stands for, if it keeps the rule. */
export function parseQuantity(value: unknown, rule: QuantityRule): number | undefined {
  const number = typeof value === 'string' && NUMBER.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
  if (rule.isWhole && !Number.isInteger(number)) return undefined;
  const isEnough = rule.mayEqual ? number >= rule.least : number > rule.least;
  return isEnough && number <= rule.most ? number : undefined;
}

export function describeRule({ what, mayEqual, least, most }: QuantityRule): string {
  return `${what} ${mayEqual ? 'from' : 'above'} ${least} up to ${most}`;
}
