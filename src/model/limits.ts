// Limits on what a task service may cost: which figures can be limited, and what happens beyond.

import * as z from 'zod';
import { quantity, word, XML_FORMS } from './fields.js';
import type { QuantityRule } from './quantity.js';

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

export const LIMIT_METRIC_NAMES = Object.keys(LIMIT_METRICS) as [LimitMetric, ...LimitMetric[]];
/** What the provider tells when a limit is exceeded: the service has failed, or it goes on. */
export const LIMIT_EVENTS = ['failed', 'updated'] as const;

const ABOVE_RULE: QuantityRule = {
  fallback: 0,
  least: 0,
  mayEqual: true,
  most: 1_000_000_000,
  isWhole: false,
  what: 'a number',
};
const FOR_RULE: QuantityRule = {
  fallback: 0,
  least: 0,
  mayEqual: true,
  most: 2_000_000,
  isWhole: false,
  what: 'a number of seconds',
};

const limitSchema = z
  .looseObject({
    metric: word(LIMIT_METRIC_NAMES).describe(
      'Of the service and all processes below it: rss, vms, pss in MiB, cpu in percent of one core.',
    ),
    above: quantity(ABOVE_RULE, {
      isRequired: true,
      hint: 'rss, vms and pss are in MiB, cpu in percent of one core',
    }),
    /** Seconds without a break for which it must be exceeded. */
    for_s: quantity(FOR_RULE),
    event: word(LIMIT_EVENTS).default('failed'),
  })
  .register(XML_FORMS, { attributes: ['metric', 'above', 'for_s', 'event'] });
export type Limit = z.infer<typeof limitSchema>;

/** One alone may stand without a list around it, as in JSON made from XML by others. */
export const limitsSchema = z
  .preprocess((value) => {
    if (value === undefined || value === '') return [];
    return Array.isArray(value) ? (value as unknown[]) : [value];
  }, z.array(limitSchema))
  .default([]);
