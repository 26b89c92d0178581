// The supervision settings of a task service: values, ranges and defaults.

import { constants } from 'node:os';
import * as z from 'zod';
import { didYouMean } from '../base/suggest.js';
import { allowed, defaultIfEmpty, quantity, word, XML_FORMS } from './fields.js';
import { limitsSchema } from './limits.js';
import { parseQuantity, type QuantityRule } from './quantity.js';

/** The longest timer of Node, in seconds. */
const MAX_SECONDS = 2_000_000;

/** How many heartbeats a service with `heartbeat_limit_s` sends within that limit by default. */
const HEARTBEATS_WITHIN_LIMIT = 3;

const seconds = (fallback: number, mayBeZero: boolean): QuantityRule => {
  return {
    fallback,
    min: 0,
    isInclusive: mayBeZero,
    max: MAX_SECONDS,
    isInteger: false,
    label: 'a number of seconds',
  };
};

const count = (fallback: number): QuantityRule => {
  return { fallback, min: 1, isInclusive: true, max: 1_000_000, isInteger: true, label: 'a whole number' };
};

export const SUPERVISION_RULES = {
  start_timeout_s: seconds(10, false),
  stop_timeout_s: seconds(5, true),
  heartbeat_s: seconds(5, false),
  /** A service without a heartbeat for this time is killed; 0 for never. */
  heartbeat_limit_s: seconds(0, true),
  max_restarts: { ...count(5), min: 0 },
  restart_window_s: seconds(30, false),
  backoff_s: seconds(0.1, true),
  backoff_max_s: seconds(15, true),
  backoff_reset_s: seconds(60, true),
  orphan_grace_s: seconds(60, true),
  /** The largest size of a log file; `log_files` is the number of files. */
  log_max_kb: count(1024),
  log_files: count(5),
  /** The heap of a thread. Below the minimum no thread can start. */
  max_heap_mb: { ...count(256), min: 16 },
} as const satisfies Record<string, QuantityRule>;

/** When the provider itself starts a service again that has ended: after a failure, or also after a clean exit. */
export const RESTART_POLICIES = ['never', 'on-failure', 'always'] as const;

export type RestartPolicy = (typeof RESTART_POLICIES)[number];

const signal = z
  .string()
  .superRefine((name, context) => {
    if (Object.hasOwn(constants.signals, name)) return;
    const hint = didYouMean(name, Object.keys(constants.signals));
    context.addIssue({
      code: 'custom',
      message: allowed('the name of a signal, such as SIGTERM'),
      params: { hint },
    });
  })
  .register(XML_FORMS, { patterns: ['SIG[A-Z0-9]+'] });

export const supervisionSchema = z.preprocess(
  (value) => (value === '' || value === undefined ? {} : adjustHeartbeat(value)),
  z.looseObject({
    start_timeout_s: quantity(SUPERVISION_RULES.start_timeout_s),
    stop_timeout_s: quantity(SUPERVISION_RULES.stop_timeout_s),
    heartbeat_s: quantity(SUPERVISION_RULES.heartbeat_s),
    heartbeat_limit_s: quantity(SUPERVISION_RULES.heartbeat_limit_s),
    restart: defaultIfEmpty('never', word(RESTART_POLICIES)).describe(
      'Whether the service is started again when it fails, or also when it exits; never after a stop command.',
    ),
    max_restarts: quantity(SUPERVISION_RULES.max_restarts),
    restart_window_s: quantity(SUPERVISION_RULES.restart_window_s),
    backoff_s: quantity(SUPERVISION_RULES.backoff_s),
    backoff_max_s: quantity(SUPERVISION_RULES.backoff_max_s),
    backoff_reset_s: quantity(SUPERVISION_RULES.backoff_reset_s),
    orphan_grace_s: quantity(SUPERVISION_RULES.orphan_grace_s),
    log_max_kb: quantity(SUPERVISION_RULES.log_max_kb),
    log_files: quantity(SUPERVISION_RULES.log_files),
    max_heap_mb: quantity(SUPERVISION_RULES.max_heap_mb),
    stop_signal: signal.default('SIGTERM'),
    limit: limitsSchema,
  }),
);

/** Shortens the default interval, so that several heartbeats arrive within `heartbeat_limit_s`. */
function adjustHeartbeat(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('heartbeat_limit_s' in value)) return value;
  const { heartbeat_s: own, heartbeat_limit_s: limit } = SUPERVISION_RULES;
  const limitS = parseQuantity(value.heartbeat_limit_s, limit);
  if (limitS === undefined || limitS === 0) return value;
  return { heartbeat_s: Math.min(own.fallback, limitS / HEARTBEATS_WITHIN_LIMIT), ...value };
}

/** Times in seconds. */
export type Supervision = z.infer<typeof supervisionSchema>;
