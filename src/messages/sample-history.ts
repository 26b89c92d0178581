// Topic `samples.<transaction>`: requests to a Monitor, and its reply on `state`.

import * as z from 'zod';

/** The metrics that are stored for a service and all its descendant processes, with units. */
export const METRIC_UNITS = {
  rss: 'MiB',
  vms: 'MiB',
  cpu: '%',
  threads: '',
  fds: '',
  children: '',
  event_loop_lag_ms: 'ms',
  pss: 'MiB',
} as const;
export type Metric = keyof typeof METRIC_UNITS;
export const METRICS = Object.keys(METRIC_UNITS) as [Metric, ...Metric[]];

export const samplesRequestSchema = z.looseObject({
  header: z.looseObject({
    action: z.string(),
    service_id: z.string(),
    service_transaction: z.string().default(''),
    message_id: z.string().optional(),
    sender: z.string().optional(),
  }),
  content: z.looseObject({
    metric: z.string(),
    /** Only samples younger than this many seconds. */
    since_s: z.number().nonnegative().optional(),
  }),
});
export type SamplesRequestBody = z.infer<typeof samplesRequestSchema>;

export interface SamplesRequest extends SamplesRequestBody {
  readonly kind: 'samples_request';
}

export const samplesReplySchema = z.looseObject({
  service_id: z.string(),
  metric: z.string(),
  unit: z.string(),
  /** Seconds between two samples. */
  period_s: z.number(),
  /** Oldest first: seconds since the epoch and the value, null if it could not be measured. */
  points: z.array(z.tuple([z.number(), z.number().nullable()])),
});
export type SamplesReply = z.infer<typeof samplesReplySchema>;
