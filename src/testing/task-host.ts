// Runs a task as a host does, with a bus in memory, and acts as its provider.

import type { Clock } from '../base/clock.js';
import { createLogger, type LogRecord } from '../base/logger.js';
import type { Envelope } from '../bus/envelope.js';
import { ProviderPresence } from '../host/provider-presence.js';
import { TaskRunner } from '../host/task-runner.js';
import type { RunBootstrap } from '../messages/host-bootstrap.js';
import { parseBody } from '../messages/message.js';
import type { ServiceEventBody } from '../messages/service-event.js';
import type { ServiceDefinition } from '../task/service.js';
import type { TaskIdentity } from '../task/task.js';
import { composeEvent, type SentEvent } from './compose-event.js';
import { composeBootstrap, composeOrder, type Order } from './compose-host.js';
import { MemoryBus } from './memory-bus.js';

export interface TaskHostOptions {
  readonly service: ServiceDefinition;
  /** `<configuration>` of the task. */
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly identity: Partial<TaskIdentity>;
  readonly clock: Clock;
  readonly onEvent: (event: ServiceEventBody) => void;
  readonly onLog: (record: LogRecord) => void;
}

export class TaskHost {
  readonly #options: TaskHostOptions;
  readonly #bootstrap: RunBootstrap;
  readonly #runner: TaskRunner;
  readonly #bus = new MemoryBus((envelope) => this.#onPublish(envelope));

  constructor(options: TaskHostOptions) {
    const { service, identity, clock } = options;
    this.#options = options;
    this.#bootstrap = composeBootstrap(service, identity);
    const log = createLogger(options.onLog);
    this.#runner = new TaskRunner(
      this.#bootstrap,
      this.#bus,
      { log, loss: undefined },
      {
        ...{ clock, presence: new ProviderPresence('present') },
        load: () => Promise.resolve(service),
        endpoints: { subscribe: '', publish: '' },
      },
    );
  }

  get identity(): TaskIdentity {
    const { serviceId, serviceName, instance, transaction, contextId } = this.#bootstrap;
    return { serviceId, serviceName, instance, transaction, contextId };
  }

  /** Resolves when the task has ended. */
  run(): Promise<unknown> {
    return this.#runner.run().finally(() => this.#bus.close());
  }

  stop(): void {
    this.#order({ action: 'stop' });
  }

  /** Delivers an event of another service. */
  send(event: SentEvent): void {
    this.#bus.deliver({ topic: 'control', body: composeEvent(event, this.#bootstrap) });
  }

  crash(error: unknown): void {
    this.#runner.crash(error);
  }

  /** Does what a provider does: starts a created task, and acknowledges the final event. */
  #onPublish(envelope: Envelope): void {
    const event = this.#parse(envelope);
    if (event === undefined) return;
    this.#options.onEvent(event);
    const { action, seq } = event.header;
    if (action === 'created') this.#order({ action: 'start', configuration: this.#options.configuration });
    if (action === 'stopped' || action === 'exited' || action === 'failed')
      this.#order({ action: 'acknowledge', ...(seq === undefined ? {} : { acknowledges: seq }) });
  }

  /** A message that a provider would drop ends the task, so that the test shows why. */
  #parse({ topic, body }: Envelope): ServiceEventBody | undefined {
    try {
      const message = parseBody(topic, body);
      return message.kind === 'service_event' ? message : undefined;
    } catch (error) {
      this.#runner.crash(error);
      return undefined;
    }
  }

  #order(order: Order): void {
    this.#bus.deliver(composeOrder(order, this.#bootstrap));
  }
}
