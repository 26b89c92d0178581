// Topic `control`: what happened to a task service, told to everyone.

import * as z from 'zod';

export const EVENT_ACTIONS = ['created', 'started', 'updated', 'failed', 'stopped', 'exited'] as const;
export type EventAction = (typeof EVENT_ACTIONS)[number];

const error = z.looseObject({ code: z.string(), message: z.string(), hint: z.string().optional() });

const status = z.looseObject({
  result: z.enum(['success', 'failure']).default('success'),
  device_action: z.string().default(''),
  pid: z.number().int().optional(),
  /** Of a thread service: the system's number for its thread. */
  tid: z.number().int().optional(),
  exit_code: z.number().int().optional(),
  signal: z.string().optional(),
  reason: z
    .string()
    .optional()
    .describe('Why a service failed or ended, as a word: see FAILURE_REASONS of the provider.'),
  error: error.optional(),
});
export type EventStatus = z.infer<typeof status>;

export const serviceEventSchema = z.looseObject({
  header: z.looseObject({
    action: z.enum(EVENT_ACTIONS),
    service_id: z.string(),
    service_name: z.string().default(''),
    service_transaction: z.string(),
    seq: z
      .number()
      .int()
      .positive()
      .optional()
      .describe("Counts a sender's events from 1, so that a reader sees a gap."),
    sent_at: z.string().optional(),
    cause: z.string().optional().describe('The id of the message that led to this event.'),
    sender: z.string().optional(),
  }),
  content: z.looseObject({ status }),
});
export type ServiceEventBody = z.infer<typeof serviceEventSchema>;

export interface ServiceEventMessage extends ServiceEventBody {
  readonly kind: 'service_event';
}
