// Publishes the events and heartbeats of a service: numbered, in order, and not before there is a subscriber.

import { systemClock } from '../base/clock.js';
import type { HeartbeatBody } from '../messages/heartbeat.js';
import type { RunBootstrap } from '../messages/host-bootstrap.js';
import type { EventAction, ServiceEventBody } from '../messages/service-event.js';
import { heartbeatTopic } from '../messages/topics.js';
import type { HostBus } from './host-bus.js';
import type { LogLoss } from '../base/log-file.js';
import { HeartbeatTimer } from './heartbeat-timer.js';
import type { ThreadIdentity } from './thread-identity.js';

/** The fields of `status` besides result, device_action and pid. */
export type EventDetails = Readonly<Record<string, unknown>>;

/**
 * Repeats for each new subscriber what it cannot know: a heartbeat, and the final event until the host closes the
 * reporter.
 */
export class Reporter {
  readonly #bootstrap: RunBootstrap;
  readonly #connection: HostBus;
  readonly #logLoss: () => LogLoss | undefined;
  #seq = 0;
  #sent: Promise<void>;
  #state: EventAction = 'created';
  #isReady = false;
  #finalEvent: ServiceEventBody | undefined;
  readonly #startedAt = new Date(systemClock.now()).toISOString();
  readonly #heartbeat: HeartbeatTimer;
  readonly #thread: ThreadIdentity;
  readonly #runToken: { readonly run_token?: string };
  /** The message id of the command that caused the next events. */
  cause: string | undefined;

  constructor(
    bootstrap: RunBootstrap,
    connection: HostBus,
    logLoss: () => LogLoss | undefined = () => undefined,
    thread: ThreadIdentity = {},
  ) {
    this.#bootstrap = bootstrap;
    this.#thread = thread;
    this.#runToken = bootstrap.runToken === undefined ? {} : { run_token: bootstrap.runToken };
    this.#logLoss = logLoss;
    this.#connection = connection;
    this.#sent = connection.publisher.waitForSubscriber('control');
    this.#sent.catch(() => undefined);
    connection.publisher.onSubscribeTo('control', () => this.#repeatState());
    this.#heartbeat = new HeartbeatTimer(systemClock, bootstrap.heartbeatMs, (lagMs) =>
      this.#sendHeartbeat(lagMs),
    );
  }

  /** Queues an event and returns its seq. The event carries the time of the call, not of sending. */
  report(action: EventAction, details: EventDetails = {}): number {
    this.#seq += 1;
    const body = this.#compose(action, details);
    this.#state = action;
    this.#isReady ||= action === 'started';
    this.#sent = this.#sent.then(() => this.#connection.publish('control', body));
    this.#sent.catch(() => undefined);
    return this.#seq;
  }

  /** Resolves when all events have been sent. Rejects if the connection was closed before. */
  flush(): Promise<void> {
    return this.#sent;
  }

  /** As report, for the final event of the service, which is repeated for each new subscriber. */
  reportEnd(action: EventAction, details: EventDetails = {}): number {
    const seq = this.report(action, details);
    const body = this.#compose(action, details);
    // Set only after the first sending.
    this.#sent = this.#sent.then(() => void (this.#finalEvent = body));
    this.#sent.catch(() => undefined);
    return seq;
  }

  close(): void {
    this.#heartbeat.close();
  }

  /** Sends the final event before the heartbeat: a receiver of the heartbeat counts earlier events as missed. */
  #repeatState(): void {
    // Only if it has been sent already: the new subscriber receives queued events anyway.
    const word = this.#finalEvent;
    this.#afterSent(async () => {
      if (word === undefined) return;
      const repetition: ServiceEventBody = { ...word, header: { ...word.header, repetition: true } };
      await this.#connection.publish('control', repetition);
    });
    this.#sendHeartbeat(0);
  }

  /** Runs `act` after all queued events. Errors are ignored: these messages need not arrive. */
  #afterSent(act: () => Promise<void>): void {
    this.#sent.then(act).catch(() => undefined);
  }

  #sendHeartbeat(lagMs: number): void {
    const { transaction, serviceId } = this.#bootstrap;
    const logLoss = this.#logLoss();
    const beat: HeartbeatBody = {
      header: {
        service_id: serviceId,
        service_transaction: transaction,
        sender: this.#connection.id,
        ...this.#runToken,
      },
      content: {
        pid: process.pid,
        ...this.#thread,
        started_at: this.#startedAt,
        state: this.#state,
        seq: this.#seq,
        ready: this.#isReady,
        event_loop_lag_ms: lagMs,
        ...(logLoss === undefined ? {} : { log_loss: { ...logLoss } }),
      },
    };
    this.#afterSent(() => this.#connection.publish(heartbeatTopic(transaction, serviceId), beat));
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
        sent_at: new Date(systemClock.now()).toISOString(),
        sender: this.#connection.id,
        ...this.#runToken,
        ...(this.cause === undefined ? {} : { cause: this.cause }),
      },
      content: {
        status: {
          ...details,
          result: action === 'failed' ? 'failure' : 'success',
          device_action: deviceAction,
          pid: process.pid,
          ...this.#thread,
        },
      },
    };
  }
}
