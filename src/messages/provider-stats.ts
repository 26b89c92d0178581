// The answer to `figures` on topic `state`: what the provider itself does and costs.

import * as z from 'zod';

export const figuresReplySchema = z.looseObject({
  pid: z.number().int(),
  uptime_s: z.number(),
  /** Of the provider's process, in MiB. */
  rss: z.number(),
  /** Processor time used so far, in seconds. */
  cpu_s: z.number(),
  /** What is wrong with the provider itself, such as a journal that cannot be written. */
  faults: z.array(z.string()).default([]),
  transactions: z.number().int(),
  services: z.number().int(),
  messages: z.looseObject({
    received: z.number().int(),
    sent: z.number().int(),
    /** Frames that were no messages, or could not be dealt with. */
    dropped: z.number().int(),
    /** Events of services that never arrived, by the gaps in their numbers. */
    missed: z.number().int(),
  }),
  /** The process that passes messages on. */
  forwarder: z
    .looseObject({
      /** 0 while there is none. */
      pid: z.number().int(),
      /** How often it has ended without being asked to. */
      restarts: z.number().int(),
      /** How often a connection could not be accepted; one that waits counts each time. */
      not_accepted: z.number().int(),
      /** Connections that were closed because they said nothing. */
      silent: z.number().int(),
    })
    .optional(),
  journal: z.looseObject({
    writes: z.number().int(),
    failures: z.number().int(),
    /** Time spent on all of them, on the last one and on the longest one, in milliseconds. */
    total_ms: z.number(),
    last_ms: z.number(),
    max_ms: z.number(),
  }),
  /**
   * How late the event loop came round within the last minute or two, longer where nobody asks; in milliseconds, and
   * the same for whoever asks.
   */
  event_loop: z.looseObject({
    lag_mean_ms: z.number(),
    lag_p99_ms: z.number(),
    lag_max_ms: z.number(),
    /** The share of that time in which it was busy, from 0 to 1. */
    utilization: z.number(),
  }),
});
export type FiguresReply = z.infer<typeof figuresReplySchema>;
