// Limits on what a task service may cost: which figures can be limited, and what happens beyond.

import { z } from 'zod';
import { describeRule, parseQuantity, type QuantityRule } from './quantity.js';

/** Each figure with its unit. They are those of the whole tree of processes below the service. */
export const LIMIT_METRICS = {
  rss: 'MiB',
  vms: 'MiB',
  /** Shared memory divided among those who share it; costs more to read than the others. */
  pss: 'MiB',
  cpu: 'percent of one core',
  threads: 'threads',
  fds: 'open descriptors',
  children: 'processes',
  event_loop_lag_ms: 'ms',
} as const;
export type LimitMetric = keyof typeof LIMIT_METRICS;

export const LIMIT_METRIC_NAMES = Object.keys(LIMIT_METRICS) as readonly LimitMetric[];
/** What the provider tells when a limit is exceeded: the service has failed, or it goes on. */
export const LIMIT_EVENTS = ['failed', 'updated'] as const;

export const ABOVE_RULE: QuantityRule = {
  fallback: 0,
  least: 0,
  mayEqual: true,
  most: 1_000_000_000,
  isWhole: false,
  what: 'a number',
};
export const FOR_RULE: QuantityRule = {
  fallback: 0,
  least: 0,
  mayEqual: true,
  most: 2_000_000,
  isWhole: false,
  what: 'a number of seconds',
};

export function isLimitMetric(text: string): text is LimitMetric {
  return Object.hasOwn(LIMIT_METRICS, text);
}

/** Numbers from XML arrive as text. */
const number = (rule: QuantityRule) =>
  z.unknown().transform((value, context) => {
    const found = parseQuantity(value, rule);
    if (found !== undefined) return found;
    const message = value === undefined ? 'is missing' : `allowed: ${describeRule(rule)}`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

const limitSchema = z.looseObject({
  metric: z.enum(LIMIT_METRIC_NAMES as readonly [LimitMetric, ...LimitMetric[]]),
  above: number(ABOVE_RULE),
  /** Seconds without a break for which it must be exceeded. */
  for_s: z.preprocess((value) => value ?? FOR_RULE.fallback, number(FOR_RULE)),
  event: z.enum(LIMIT_EVENTS).default('failed'),
});
export type Limit = z.infer<typeof limitSchema>;

/** One alone may stand without a list around it, as in JSON made from XML by others. */
export const limitsSchema = z
  .preprocess((value) => {
    if (value === undefined || value === '') return [];
    return Array.isArray(value) ? (value as unknown[]) : [value];
  }, z.array(limitSchema))
  .default([]);
