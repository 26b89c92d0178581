// Puts a service's events on the bus: numbered, in order, nothing before somebody listens.

import type { Connection } from '../../bus/connection.js';
import type { HostBootstrap } from '../../messages/host-bootstrap.js';
import type { EventAction, ServiceEventBody } from '../../messages/service-event.js';

/** What goes into `status` besides result, device_action and pid. */
export type EventDetails = Readonly<Record<string, unknown>>;

export class Reporter {
  readonly #bootstrap: HostBootstrap;
  readonly #connection: Connection;
  #seq = 0;
  #sent: Promise<void>;
  /** The id of the command that led to what is reported next. */
  cause: string | undefined;

  constructor(bootstrap: HostBootstrap, connection: Connection) {
    this.#bootstrap = bootstrap;
    this.#connection = connection;
    this.#sent = connection.publisher.whenWanted('control');
    this.#sent.catch(() => undefined);
  }

  /** Queues an event and returns its seq. Times are those of the call, not of the sending. */
  report(action: EventAction, details: EventDetails = {}): number {
    this.#seq += 1;
    const body = this.#compose(action, details);
    this.#sent = this.#sent.then(() => this.#connection.publish('control', body));
    this.#sent.catch(() => undefined);
    return this.#seq;
  }

  /** Resolves when all that was reported has left; rejects when the connection was closed before. */
  flush(): Promise<void> {
    return this.#sent;
  }

  #compose(action: EventAction, details: EventDetails): ServiceEventBody {
    const { serviceId, serviceName, transaction, deviceAction } = this.#bootstrap;
    return {
      header: {
        action,
        service_id: serviceId,
        service_name: serviceName,
        service_transaction: transaction,
        seq: this.#seq,
        sent_at: new Date().toISOString(),
        sender: this.#connection.id,
        ...(this.cause === undefined ? {} : { cause: this.cause }),
      },
      content: {
        status: {
          ...details,
          result: action === 'failed' ? 'failure' : 'success',
          device_action: deviceAction,
          pid: process.pid,
        },
      },
    };
  }
}
