// Publishes all messages of a provider: process commands, reports, context information, replies.

import type { Clock } from '../base/clock.js';
import { reportError } from '../base/errors.js';
import { createUniqueId } from '../base/ids.js';
import type { ContextCommandBody } from '../messages/context-command.js';
import { composeContextInfo, type TransactionInfo } from '../messages/context-info.js';
import type { Notice } from '../messages/notice.js';
import {
  composeProcessCommand,
  type ProcessAction,
  type ProcessCommandBody,
} from '../messages/process-command.js';
import type { ServiceEventBody, ServiceEventMessage } from '../messages/service-event.js';
import { failure, replyHeader, type StateHeader } from '../messages/state.js';
import { routedTopic } from '../messages/topics.js';
import type { TaskService } from '../model/context.js';
import type { ReportEvent, SupervisorPorts } from '../supervision/supervisor-ports.js';
import { describeTransaction } from '../supervision/describe-transaction.js';
import type { Transaction } from '../supervision/transaction.js';
import { AdaptiveThrottle } from './adaptive-throttle.js';

/** Context information lists every service: publishing it for each of many that start would cost too much. */
const INFO_PACE = { share: 0.02, maxPauseMs: 1000 };

/** The part of a Connection that is used here. */
export interface OutboxConnection {
  readonly id: string;
  readonly publisher: { hasSubscriber(topic: string): boolean };
  publish(topic: string, body: unknown, reader?: string): Promise<void>;
}

export interface OutboxPorts {
  readonly connection: OutboxConnection;
  readonly clock: Clock;
  readonly transactions: SupervisorPorts['transactions'];
  readonly notice: (notice: Notice) => void;
  /** Returns the public key of a service, for which its messages are sealed; undefined without <Security>. */
  readonly readerOf?: ((transaction: string, service: string) => string | undefined) | undefined;
}

/** The client that a reply is for. */
export interface ReplyTo {
  /** The header of its command or query. */
  readonly asked: StateHeader;
  /** The public key that the reply is sealed for; undefined without <Security>. */
  readonly reader: string | undefined;
}

type RequestHeader = ContextCommandBody['header'] | StateHeader;

export class Outbox {
  readonly #ports: OutboxPorts;
  readonly #info: AdaptiveThrottle;
  #lastChanged: Transaction | undefined;
  #seq = 0;
  #isClosed = false;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
    this.#info = new AdaptiveThrottle(ports.clock, () => this.#publishInfo(), INFO_PACE);
  }

  /** Sends a command to one service, with a copy on topic `process`. Returns whether the service has subscribed. */
  command(transaction: Transaction, service: TaskService, action: ProcessAction): boolean {
    const topic = routedTopic(transaction.id, service.id);
    const body = this.#composeCommand(transaction, service, action);
    // The copy first: an observer must not receive the event of the service before the command.
    this.#publish('process', body);
    this.#publish(topic, body, this.#ports.readerOf?.(transaction.id, service.id));
    return this.#ports.connection.publisher.hasSubscriber(topic);
  }

  /** Sends `start` on topic `process` alone, to which services of the original subscribe. */
  publishStart(transaction: Transaction, service: TaskService): void {
    this.#publish('process', this.#composeCommand(transaction, service, 'start'));
  }

  #composeCommand(transaction: Transaction, service: TaskService, action: ProcessAction): ProcessCommandBody {
    const { id: sender } = this.#ports.connection;
    return composeProcessCommand({
      action,
      service,
      transaction: transaction.id,
      messageId: createUniqueId(),
      sender,
    });
  }

  /** Confirms a final event to its service, which waits for that before it ends. */
  acknowledge(transaction: Transaction, service: TaskService, event: ServiceEventMessage): void {
    const { seq } = event.header;
    if (seq === undefined) return;
    const body = composeProcessCommand({
      action: 'acknowledge',
      service,
      transaction: transaction.id,
      messageId: createUniqueId(),
      sender: this.#ports.connection.id,
      acknowledges: seq,
    });
    const reader = this.#ports.readerOf?.(transaction.id, service.id);
    this.#publish(routedTopic(transaction.id, service.id), body, reader);
  }

  /** Publishes an event for a service that cannot publish it itself. */
  report(transaction: Transaction, service: TaskService, report: ReportEvent): void {
    this.#seq += 1;
    const { header, content } = service.Task.message;
    const event: ServiceEventBody = {
      header: {
        action: report.action,
        service_id: service.id,
        service_name: header.service_name,
        service_transaction: transaction.id,
        seq: this.#seq,
        sent_at: new Date(this.#ports.clock.now()).toISOString(),
        sender: this.#ports.connection.id,
        ...(report.runToken === undefined ? {} : { run_token: report.runToken }),
      },
      content: {
        status: {
          ...report.status,
          result: report.action === 'failed' ? 'failure' : 'success',
          device_action: content.configuration.device_action,
        },
      },
    };
    this.#publish('control', event);
    this.#ports.notice({ kind: 'event', event });
  }

  /** Publishes context information soon. */
  onChange(transaction: Transaction): void {
    this.#lastChanged = transaction;
    this.#info.changed();
  }

  /** Replies to a command or query on topic `state`. Changes so far are published first. */
  reply({ asked, reader }: ReplyTo, action: string, content: unknown): void {
    this.#info.flush();
    const header = replyHeader(asked, action, this.#ports.connection.id);
    this.#publish('state', { header, content }, reader);
  }

  /** Replies with an error; `reader` as in ReplyTo. */
  replyFailure(asked: RequestHeader, reader: string | undefined, error: unknown): void {
    const to = { asked: { ...asked, service_transaction: asked.service_transaction ?? '' }, reader };
    this.reply(to, `reply_${asked.action}`, { status: failure(reportError(error)) });
  }

  /** Publishes the context information that is due. */
  flush(): void {
    this.#info.flush();
  }

  /** Messages that cannot be sent from now on are not reported: the connection is closing. */
  close(): void {
    this.#isClosed = true;
  }

  #publishInfo(): void {
    const changed = this.#lastChanged;
    if (changed === undefined) return;
    const infos = new Map<string, TransactionInfo>();
    for (const each of this.#ports.transactions.all) infos.set(each.id, describeTransaction(each));
    const { ContextID } = changed.configuration;
    const { id: sender } = this.#ports.connection;
    this.#publish('control', composeContextInfo(ContextID, changed.id, infos, sender));
  }

  #publish(topic: string, body: unknown, reader?: string): void {
    this.#ports.connection.publish(topic, body, reader).catch((error: unknown) => {
      if (this.#isClosed) return;
      this.#ports.notice({ kind: 'warning', text: `a message on ${topic} was not sent: ${String(error)}` });
    });
  }
}
