// Samples on topic `monitor` and in the reply to `top`: memory in MiB, times in seconds.

import * as z from 'zod';
import { RUN_TOKEN } from './run-identity.js';

const figures = {
  rss: z.number(),
  vms: z.number(),
  percent: z.number().describe('Resident memory as percentage of the memory of the machine.'),
  cpu: z.number().optional().describe('Percentage of one core since the last sample.'),
  threads: z.number().int().optional(),
  fds: z.number().int().optional(),
  read_bytes: z.number().optional(),
  write_bytes: z.number().optional(),
  pss: z.number().optional(),
};

const child = z.looseObject({
  pid: z.number().int(),
  status: z.string().describe('As the system has it: running, sleeping, ...'),
  create_time: z.number().describe('Seconds since the epoch.'),
  name: z.string().optional(),
  ...figures,
});
export type ChildSample = z.infer<typeof child>;

const memory = {
  ...figures,
  status: z.string().describe('As the system has it: running, sleeping, ...'),
  create_time: z.number().optional(),
  children: z.array(child),
  total: z.looseObject(figures),
  connections: z
    .array(
      z.looseObject({
        fd: z.number().int(),
        family: z.string(),
        type: z.string(),
        laddr: z.string(),
        raddr: z.string(),
        status: z.string(),
      }),
    )
    .optional(),
  opened_files: z
    .array(z.looseObject({ path: z.string(), fd: z.number().int(), mode: z.string() }))
    .optional(),
  memory_map: z
    .array(z.looseObject({ path: z.string(), rss: z.number(), size: z.number(), pss: z.number() }))
    .optional(),
  timestamp: z.number().describe('The time of the sample, in seconds since the epoch.'),
  elapsed: z.number().describe('The duration of taking the sample, in seconds.'),
};

export const memorySchema = z.looseObject(memory);
/** The resource usage of one service. */
export type Memory = z.infer<typeof memorySchema>;

export const serviceSampleSchema = z.looseObject({
  serviceId: z.string(),
  pid: z.number().int(),
  action: z
    .string()
    .describe(
      'The last reported action. `state` is success, in_progress or failed, as in context information.',
    ),
  state: z.string(),
  ...memory,
});
export type ServiceSample = z.infer<typeof serviceSampleSchema>;

/** The body of a message on topic `monitor`: the services of each transaction. */
export const monitorMessageSchema = z.record(z.string(), z.array(serviceSampleSchema));
export type MonitorBody = z.infer<typeof monitorMessageSchema>;

export interface MonitorMessage {
  readonly kind: 'monitor';
  readonly transactions: MonitorBody;
}

/** One service in the reply to `top`. */
export const topEntrySchema = z.looseObject({
  service_id: z.string(),
  serviceName: z.string(),
  instance: z.string(),
  pid: z.number().int().nullable().describe('Null, like `memory`, if the service has no process.'),
  run_token: z.string().optional().describe(RUN_TOKEN),
  status: z
    .string()
    .optional()
    .describe(
      'The status of the service: defined, starting, started, stopping, stopped, exited, failed or backoff.',
    ),
  uptime_s: z.number().optional().describe('Seconds since it entered this status.'),
  restarts: z
    .number()
    .int()
    .optional()
    .describe('The number of restarts in this transaction, by command or transition.'),
  event_loop_lag_ms: z.number().optional(),
  memory: memorySchema.nullable(),
});
export type TopEntry = z.infer<typeof topEntrySchema>;

export const topReplySchema = z.array(topEntrySchema);
/** The reply to `top` for one transaction. */
export type TopReply = z.infer<typeof topReplySchema>;
