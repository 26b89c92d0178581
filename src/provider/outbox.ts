// Everything a provider says on the bus: process commands, reports, context information, answers.

import type { Clock } from '../base/clock.js';
import { createUniqueId } from '../base/ids.js';
import type { Connection } from '../bus/connection.js';
import type { TaskService } from '../model/context.js';
import { composeContextInfo } from '../messages/context-info.js';
import {
  composeProcessCommand,
  type ProcessAction,
  type ProcessCommandBody,
} from '../messages/process-command.js';
import type { ServiceEventBody, ServiceEventMessage } from '../messages/service-event.js';
import { replyHeader, type StateHeader } from '../messages/state.js';
import { routedTopic } from '../messages/topics.js';
import { AdaptiveThrottle } from './adaptive-throttle.js';
import type { Notice } from '../messages/notice.js';
import type { ReportEvent } from '../supervision/supervisor-ports.js';
import { describeTransaction, type Transaction } from '../supervision/transaction.js';

/** Context information names every service: while many start, each would have all the others told again. */
const INFO_PACE = { share: 0.02, mostMs: 1000 };

export interface OutboxPorts {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly transactions: () => readonly Transaction[];
  readonly notice: (notice: Notice) => void;
  /** For whom to seal what a service is told; see ServiceKeys. */
  readonly readerOf?: (transaction: string, service: string) => string | undefined;
}

/** Whom an answer is for. */
export interface ReplyTo {
  readonly asked: StateHeader;
  /** The public key to seal it for. */
  readonly reader: string | undefined;
}

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

  /** To the service alone, with a copy for onlookers; returns whether the service listens. */
  command(transaction: Transaction, service: TaskService, action: ProcessAction): boolean {
    const topic = routedTopic(transaction.id, service.id);
    const body = this.#composeCommand(transaction, service, action);
    // The copy first: what the service answers must not overtake on the bus what it was told.
    this.#publish('process', body);
    this.#publish(topic, body, this.#ports.readerOf?.(transaction.id, service.id));
    return this.#ports.connection.publisher.hasSubscriber(topic);
  }

  /** Only what the original's services hear; all others have been told, or will be. */
  tellStart(transaction: Transaction, service: TaskService): void {
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

  /** Tells a service that its event has arrived; it may be waiting to end. */
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

  /** An event in the name of a service that could not tell itself. */
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

  changed(transaction: Transaction): void {
    this.#lastChanged = transaction;
    this.#info.changed();
  }

  /** Answers a command or a question on topic `state`. */
  reply({ asked, reader }: ReplyTo, action: string, content: unknown): void {
    this.#info.flush();
    const header = replyHeader(asked, action, this.#ports.connection.id);
    this.#publish('state', { header, content }, reader);
  }

  flush(): void {
    this.#info.flush();
  }

  /** What is said from now on, of services that live on, may get lost with the connection: that is no fault. */
  close(): void {
    this.#isClosed = true;
  }

  #publishInfo(): void {
    const changed = this.#lastChanged;
    if (changed === undefined) return;
    const infos = new Map(
      this.#ports.transactions().map((each) => [each.id as string, describeTransaction(each)]),
    );
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
