// Checks of the limits in a task service's supervision: what is limited, to how much, for how long.

import type { Finding, ValuePath } from '../../xml/fault.js';
import {
  ABOVE_RULE,
  FOR_RULE,
  isLimitMetric,
  LIMIT_EVENTS,
  LIMIT_METRIC_NAMES,
  LIMIT_METRICS,
} from '../limits.js';
import type { LenientContext, LenientLimit } from '../lenient-view.js';
import { describeRule, parseQuantity, type QuantityRule } from '../quantity.js';
import { didYouMean } from '../../base/suggest.js';

export function limitsAreLimits({ services }: LenientContext): readonly Finding[] {
  return services.flatMap(({ limits }) =>
    limits.flatMap(({ path, texts }) => [
      ...checkWord(texts.get('metric'), LIMIT_METRIC_NAMES, [...path, 'metric']),
      ...checkNumber(texts.get('above'), aboveRule(texts), [...path, 'above']),
      ...checkNumber(texts.get('for_s'), FOR_RULE, [...path, 'for_s']),
      ...checkWord(texts.get('event'), LIMIT_EVENTS, [...path, 'event']),
    ]),
  );
}

/** With the unit of what is limited. */
function aboveRule(texts: LenientLimit['texts']): QuantityRule {
  const metric = texts.get('metric') ?? '';
  return isLimitMetric(metric) ? { ...ABOVE_RULE, what: `a number (${LIMIT_METRICS[metric]})` } : ABOVE_RULE;
}

function checkWord(
  text: string | undefined,
  allowed: readonly string[],
  path: ValuePath,
): readonly Finding[] {
  if (text === undefined || allowed.includes(text)) return [];
  const message = `${String(path.at(-1))} "${text}", allowed: ${allowed.join(', ')}`;
  return [{ path, message, hint: didYouMean(text, allowed) }];
}

function checkNumber(text: string | undefined, rule: QuantityRule, path: ValuePath): readonly Finding[] {
  if (text === undefined || parseQuantity(text, rule) !== undefined) return [];
  return [{ path, message: `${String(path.at(-1))} "${text}", allowed: ${describeRule(rule)}` }];
}
