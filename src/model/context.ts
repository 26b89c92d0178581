// The schema of a context configuration, in the form of the XML file and of messages on the bus.

import * as z from 'zod';
import type { ServiceId } from '../base/ids.js';
import { endpoint } from './endpoint.js';
import { id, nonEmpty, pattern, text, toXsd, word, wordOrEmpty, XML_FORMS } from './fields.js';
import { securitySchema } from './security.js';
import { programSchema, serviceEnvironment, type ProgramCommand } from './program.js';
import { supervisionSchema, type Supervision } from './supervision.js';

export { supervisionSchema, type Supervision } from './supervision.js';
export type { ProgramCommand } from './program.js';

export const TRIGGERS = ['on_start', 'on_update', 'on_fail', 'on_exit'] as const;
export type Trigger = (typeof TRIGGERS)[number];

export const TRANSITION_ACTIONS = ['start', 'stop', 'restart'] as const;
export type TransitionAction = (typeof TRANSITION_ACTIONS)[number];

/** `on_start` and `start_now` start with the transaction; the others wait for a transition or command. */
export const ENTRY_ACTIONS = ['on_start', 'start_now', 'on_update', 'on_fail', 'on_exit'] as const;
export type Entry = (typeof ENTRY_ACTIONS)[number];

export const SERVICE_TYPES = ['Process', 'Thread'] as const;

/** An instance names a folder and the classes in it. */
export const INSTANCE_PATTERN = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
export const INSTANCE_RULE = 'letters, digits and _, not starting with a digit, at most 100 long';

export const DEFAULT_CONTEXT_ID = 'context001';

const serviceId = id().pipe(z.custom<ServiceId>());

/** An XML element without content is read as an empty string, where JSON has an empty object. */
const emptyAsObject = (value: unknown): unknown => (value === '' || value === undefined ? {} : value);
const asList = (value: unknown): unknown => {
  if (value === '' || value === undefined || value === null || isEmptyObject(value)) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
};
const isEmptyObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;

const triggerRule = z.preprocess(
  emptyAsObject,
  z.looseObject({
    action: wordOrEmpty(TRANSITION_ACTIONS).default(''),
    call: text().describe('Ids of task services of this file, separated by blanks.'),
  }),
);

const state = z.preprocess(
  emptyAsObject,
  z
    .looseObject({
      type: word(ENTRY_ACTIONS)
        .default('on_start')
        .describe(
          'on_start and start_now start with the transaction; the others wait until a transition calls them.',
        ),
      on_start: triggerRule,
      on_update: triggerRule,
      on_fail: triggerRule,
      on_exit: triggerRule,
    })
    .register(XML_FORMS, { attributes: ['type'] }),
);

const taskMessage = z.looseObject({
  header: z.preprocess(
    emptyAsObject,
    z.looseObject({
      action: z.string().default('start'),
      service_id: text(),
      service_name: nonEmpty('a name such as echo_action'),
      transaction: text(),
    }),
  ),
  content: z.preprocess(
    emptyAsObject,
    z.looseObject({
      configuration: z.preprocess(
        emptyAsObject,
        z
          .looseObject({
            device_action: text(),
            location: text(),
            command: programSchema.optional(),
            ...serviceEnvironment,
          })
          .register(XML_FORMS, { isFree: true }),
      ),
    }),
  ),
});

export const taskServiceSchema = z
  .looseObject({
    id: serviceId,
    instance: pattern((name) => INSTANCE_PATTERN.test(name), {
      rule: INSTANCE_RULE,
      patterns: [toXsd(INSTANCE_PATTERN)],
    }),
    serviceType: word(SERVICE_TYPES).default('Process'),
    topic: z.string().default('process'),
    Task: z.looseObject({
      description: text(),
      message: taskMessage,
      state,
      supervision: supervisionSchema.optional(),
    }),
  })
  .register(XML_FORMS, { attributes: ['id', 'instance', 'serviceType', 'topic'] });
export type TaskService = z.infer<typeof taskServiceSchema>;

const contextFields = {
  FrontEndEndpoint: endpoint('connect'),
  BackendEndpoint: endpoint('connect'),
  FrontBind: endpoint('bind'),
  BackendBind: endpoint('bind'),
  ContextID: id().default(DEFAULT_CONTEXT_ID),
  TaskLogName: text(),
};
const taskServices = z.preprocess(asList, z.array(taskServiceSchema));

/** The addresses of a running provider, which may be wildcards: only a file is limited to `endpoint`. */
const anyEndpoints = {
  FrontEndEndpoint: z.string(),
  BackendEndpoint: z.string(),
  FrontBind: z.string(),
  BackendBind: z.string(),
};

export const contextConfigurationSchema = z.looseObject({
  ...contextFields,
  ...anyEndpoints,
  TaskService: taskServices,
});

/** A context file: what only the provider of the file reads of it is never sent or kept elsewhere. */
export const contextFileSchema = z
  .looseObject({
    ...contextFields,
    log_on: z.string().optional(),
    Security: securitySchema.optional(),
    TaskService: taskServices,
  })
  .register(XML_FORMS, {
    unique: [
      { selector: 'FrontEndEndpoint|BackendEndpoint', field: '.' },
      { selector: 'TaskService', field: '@id' },
      { selector: 'Security/Client', field: '@name' },
      { selector: 'Security/Client', field: '@key' },
    ],
  });
/** A configuration that a client sends: what only counts in a file is ignored. */
export const sentConfigurationSchema = contextFileSchema.omit({ log_on: true, Security: true });

/** The configuration of a context. Keys are those of the XML; unknown keys are preserved. */
export type ContextConfiguration = z.infer<typeof contextConfigurationSchema>;

export interface Transition {
  readonly trigger: Trigger;
  readonly action: TransitionAction;
  readonly targets: readonly ServiceId[];
}

/** Returns the transitions of a task service, without blank ones. */
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
  return isEntryAtStart(service.Task.state.type);
}

export function isEntryAtStart(entry: string): boolean {
  return entry === 'on_start' || entry === 'start_now';
}

/** Returns the program of the service; undefined for a service with code. */
export function programOf(service: TaskService): ProgramCommand | undefined {
  return service.Task.message.content.configuration.command;
}

/** Returns the variables for the environment of a service. */
export function environmentOf(service: TaskService): EnvironmentSource {
  const { command, env, env_file: file = '' } = service.Task.message.content.configuration;
  if (command !== undefined) return { env: command.env, file: command.env_file };
  return { env: typeof env === 'object' ? env : {}, file };
}

export interface EnvironmentSource {
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path, or blank. */
  readonly file: string;
}

/** Whether `service_id` of a command means the context: blank, its id, or the default id that clients of the original send. */
export function isForContext(text: string, { ContextID, TaskService }: ContextConfiguration): boolean {
  if (text === '' || text === ContextID) return true;
  return text === DEFAULT_CONTEXT_ID && !TaskService.some(({ id }) => id === text);
}

/** Parsed once, as `supervisionOf` is called for every service in every second; not compiled, for a fast start. */
const DEFAULT_SUPERVISION = supervisionSchema.parse({}, { jitless: true });

export function supervisionOf(service: TaskService): Supervision {
  return service.Task.supervision ?? DEFAULT_SUPERVISION;
}
