// Limits on the resource usage of a task service: metrics, thresholds and events.

import * as z from 'zod';
import { quantity, word, XML_FORMS } from './fields.js';
import type { QuantityRule } from './quantity.js';

/** Metrics with units. Values are sums over the process tree of the service. */
export const LIMIT_METRICS = {
  rss: 'MiB',
  vms: 'MiB',
  /** Proportional set size; slower to read than the other metrics. */
  pss: 'MiB',
  cpu: 'percent of one core',
  threads: 'threads',
  fds: 'open descriptors',
  children: 'processes',
  event_loop_lag_ms: 'ms',
} as const;
export type LimitMetric = keyof typeof LIMIT_METRICS;

export const LIMIT_METRIC_NAMES = Object.keys(LIMIT_METRICS) as [LimitMetric, ...LimitMetric[]];
/** The event when a limit is exceeded: `failed` ends the service, `updated` only reports it. */
export const LIMIT_EVENTS = ['failed', 'updated'] as const;

const ABOVE_RULE: QuantityRule = {
  fallback: 0,
  min: 0,
  isInclusive: true,
  max: 1_000_000_000,
  isInteger: false,
  label: 'a number',
};
const FOR_RULE: QuantityRule = {
  fallback: 0,
  min: 0,
  isInclusive: true,
  max: 2_000_000,
  isInteger: false,
  label: 'a number of seconds',
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
    /** How long the limit must be exceeded without interruption, in seconds. */
    for_s: z.preprocess((value) => value ?? undefined, quantity(FOR_RULE)),
    event: word(LIMIT_EVENTS).default('failed'),
  })
  .register(XML_FORMS, { attributes: ['metric', 'above', 'for_s', 'event'] });
export type Limit = z.infer<typeof limitSchema>;

/** Accepts a single limit without a list, as other converters from XML to JSON write it. */
export const limitsSchema = z
  .preprocess((value) => {
    if (value === undefined || value === '') return [];
    return Array.isArray(value) ? (value as unknown[]) : [value];
  }, z.array(limitSchema))
  .default([]);
