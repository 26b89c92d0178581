// The reply to `figures` on topic `state`: statistics and resource usage of the provider itself.

import * as z from 'zod';

export const figuresReplySchema = z.looseObject({
  pid: z.number().int(),
  uptime_s: z.number(),
  /** Resident memory of the provider, in MiB. */
  rss: z.number(),
  /** Processor time used so far, in seconds. */
  cpu_s: z.number(),
  /** Problems of the provider itself, such as a journal that cannot be written. */
  faults: z.array(z.string()).default([]),
  transactions: z.number().int(),
  services: z.number().int(),
  messages: z.looseObject({
    received: z.number().int(),
    sent: z.number().int(),
    /** Frames that are not valid messages or could not be processed. */
    dropped: z.number().int(),
    /** Events of services that were lost, counted by gaps in their seq. */
    missed: z.number().int(),
  }),
  /** The process that forwards messages. */
  forwarder: z
    .looseObject({
      /** 0 while it is not running. */
      pid: z.number().int(),
      /** How often it has ended unexpectedly. */
      restarts: z.number().int(),
      /** How often a connection could not be accepted; a waiting connection counts each time. */
      not_accepted: z.number().int(),
      /** Connections that were closed because they sent nothing. */
      silent: z.number().int(),
    })
    .optional(),
  journal: z.looseObject({
    writes: z.number().int(),
    failures: z.number().int(),
    /** Duration of all writes, of the last and of the longest one, in milliseconds. */
    total_ms: z.number(),
    last_ms: z.number(),
    max_ms: z.number(),
  }),
  /**
   * Lag of the event loop within the last one or two minutes, or longer if there were no requests; in milliseconds. All
   * clients receive the same values.
   */
  event_loop: z.looseObject({
    lag_mean_ms: z.number(),
    lag_p99_ms: z.number(),
    lag_max_ms: z.number(),
    /** The share of that time in which the event loop was busy, from 0 to 1. */
    utilization: z.number(),
  }),
});
export type FiguresReply = z.infer<typeof figuresReplySchema>;
