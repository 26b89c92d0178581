// What a context is: the configuration in the form in which it stands in the XML and travels on the bus.

import { z } from 'zod';
import { ID_RULE, isId, type ServiceId } from '../base/ids.js';

export const TRIGGERS = ['on_start', 'on_update', 'on_fail', 'on_exit'] as const;
export type Trigger = (typeof TRIGGERS)[number];

export const TRANSITION_ACTIONS = ['start', 'stop', 'restart'] as const;
export type TransitionAction = (typeof TRANSITION_ACTIONS)[number];

/** `on_start` and `start_now` start with the transaction; the others wait until something calls them. */
export const ENTRIES = ['on_start', 'start_now', 'on_update', 'on_fail', 'on_exit'] as const;
export type Entry = (typeof ENTRIES)[number];

export const SERVICE_TYPES = ['Process', 'Thread'] as const;

const serviceId = z.custom<ServiceId>((value) => typeof value === 'string' && isId(value), {
  message: `a service id is ${ID_RULE}`,
});

/** In the XML an element without content is an empty string, where JSON would have an empty object. */
const blankAsObject = (value: unknown) => (value === '' || value === undefined ? {} : value);
const asList = (value: unknown) => {
  if (value === '' || value === undefined || value === null) return [];
  return Array.isArray(value) ? value : isEmptyObject(value) ? [] : [value];
};
const isEmptyObject = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

const triggerRule = z.preprocess(
  blankAsObject,
  z.looseObject({
    action: z.enum(['', ...TRANSITION_ACTIONS]).default(''),
    /** Service ids, separated by blanks. */
    call: z.string().default(''),
  }),
);

const state = z.preprocess(
  blankAsObject,
  z.looseObject({
    type: z.enum(ENTRIES).default('on_start'),
    on_start: triggerRule,
    on_update: triggerRule,
    on_fail: triggerRule,
    on_exit: triggerRule,
  }),
);

/** Seconds from XML arrive as text. */
const seconds = (fallback: number) => z.coerce.number().nonnegative().default(fallback);
const count = (fallback: number) => z.coerce.number().int().nonnegative().default(fallback);

/** How a task service is started, watched and stopped; times in seconds. */
export const supervisionSchema = z.preprocess(
  blankAsObject,
  z.looseObject({
    start_timeout_s: seconds(10),
    stop_timeout_s: seconds(5),
    heartbeat_s: seconds(2),
    max_restarts: count(5),
    restart_window_s: seconds(30),
    backoff_s: seconds(0.1),
    backoff_max_s: seconds(15),
    backoff_reset_s: seconds(60),
    orphan_grace_s: seconds(60),
    stop_signal: z.string().regex(/^SIG[A-Z0-9]+$/).default('SIGTERM'),
  }),
);
export type Supervision = z.infer<typeof supervisionSchema>;

const taskMessage = z.looseObject({
  header: z.preprocess(
    blankAsObject,
    z.looseObject({
      action: z.string().default('start'),
      service_id: z.string().default(''),
      service_name: z.string().min(1),
      transaction: z.string().default(''),
    }),
  ),
  content: z.preprocess(
    blankAsObject,
    z.looseObject({
      configuration: z.preprocess(
        blankAsObject,
        z.looseObject({ device_action: z.string().default(''), location: z.string().default('') }),
      ),
    }),
  ),
});

export const taskServiceSchema = z.looseObject({
  id: serviceId,
  instance: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'an instance is an identifier'),
  serviceType: z.enum(SERVICE_TYPES).default('Process'),
  topic: z.string().default('process'),
  Task: z.looseObject({
    description: z.string().default(''),
    message: taskMessage,
    state,
    supervision: supervisionSchema.optional(),
  }),
});
export type TaskService = z.infer<typeof taskServiceSchema>;

export const contextConfigurationSchema = z.looseObject({
  FrontEndEndpoint: z.string(),
  BackendEndpoint: z.string(),
  FrontBind: z.string(),
  BackendBind: z.string(),
  ContextID: z.string().refine(isId, `a context id is ${ID_RULE}`).default('context001'),
  TaskLogName: z.string().default(''),
  TaskService: z.preprocess(asList, z.array(taskServiceSchema)),
});
/** A whole context; keys are those of the XML, unknown ones are kept. */
export type ContextConfiguration = z.infer<typeof contextConfigurationSchema>;

export interface Transition {
  readonly trigger: Trigger;
  readonly action: TransitionAction;
  readonly targets: readonly ServiceId[];
}

/** The transitions of a task service, blank ones left out. */
export function transitionsOf(service: TaskService): readonly Transition[] {
  return TRIGGERS.flatMap((trigger) => {
    const { action, call } = service.Task.state[trigger];
    const targets = splitCall(call);
    return action === '' || targets.length === 0 ? [] : [{ trigger, action, targets }];
  });
}

export function splitCall(call: string): readonly ServiceId[] {
  return call.split(/\s+/).filter((id) => id !== '') as ServiceId[];
}

/** Whether a task service starts together with its transaction. */
export function startsWithTransaction(service: TaskService): boolean {
  const { type } = service.Task.state;
  return type === 'on_start' || type === 'start_now';
}

export function supervisionOf(service: TaskService): Supervision {
  return service.Task.supervision ?? supervisionSchema.parse({});
}
