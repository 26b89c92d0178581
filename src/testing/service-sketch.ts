// Composes a task service of a context file from a short description.

import {
  taskServiceSchema,
  type Entry,
  type TaskService,
  type TransitionAction,
  type Trigger,
} from '../model/context.js';

export interface ServiceSketch {
  readonly id: string;
  /** The folder of the service's code, below `location`. */
  readonly instance: string;
  /** The folder that holds it; absolute. */
  readonly location?: string;
  /** `<service_name>` ('test'). */
  readonly serviceName?: string;
  readonly serviceType?: 'Process' | 'Thread';
  /** `<configuration>`; numbers and booleans become text, as they are in a context file. */
  readonly configuration?: Readonly<Record<string, unknown>>;
  /** When the service starts; with the transaction when left out. */
  readonly entry?: Entry;
  /** `{ on_exit: 'start ts_2' }` */
  readonly transitions?: Readonly<Partial<Record<Trigger, `${TransitionAction} ${string}`>>>;
  /** `{ stop_timeout_s: 1 }` */
  readonly supervision?: Readonly<Record<string, string | number>>;
}

/** Throws the error of the schema for a service that is not valid. */
export function composeService(sketch: ServiceSketch): TaskService {
  const {
    id,
    instance,
    location = '',
    serviceName = 'test',
    serviceType = 'Process',
    configuration,
  } = sketch;
  const triggers = Object.entries(sketch.transitions ?? {}).map(([trigger, rule]) => {
    const [action = '', ...call] = rule.split(' ');
    return [trigger, { action, call: call.join(' ') }] as const;
  });
  return taskServiceSchema.parse({
    id,
    instance,
    serviceType,
    Task: {
      description: id,
      message: {
        header: { service_name: serviceName },
        content: { configuration: { location, ...valuesToText(configuration ?? {}) } },
      },
      state: { type: sketch.entry ?? 'on_start', ...Object.fromEntries(triggers) },
      ...(sketch.supervision === undefined ? {} : { supervision: sketch.supervision }),
    },
  });
}

/** Every value of an XML file is text. */
export function valuesToText(configuration: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(configuration).map(([key, value]) => [key, asText(value)]));
}

function asText(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map(asText);
  return typeof value === 'object' && value !== null ? valuesToText({ ...value }) : value;
}
