// Receives every frame of the bus and passes the message in it to the part that handles it.

import type { Clock } from '../base/clock.js';
import { asContextdError, ContextdError, unreachable } from '../base/errors.js';
import { ThrottledLog } from '../base/throttled-log.js';
import type { Notice } from '../messages/notice.js';
import { isFinalEvent } from '../messages/service-event.js';
import { idsInTopic, isOriginalSubscription } from '../messages/topics.js';
import type { Authorizer } from '../security/authorizer.js';
import type { Principal } from '../security/principal.js';
import type { Supervisor } from '../supervision/supervisor.js';
import type { TransactionStore } from '../supervision/transaction-store.js';
import type { CommandHandler } from './command-handler.js';
import { createDecode, type Decode, type InboundMessage } from './decode.js';
import type { QueryHandler } from './query-handler.js';
import type { Outbox } from './outbox.js';
import { StartupBuffer } from './startup-buffer.js';

type Inbound<Kind extends InboundMessage['kind']> = Extract<InboundMessage, { readonly kind: Kind }>;

export interface DispatcherPorts {
  /** The provider's own sender id. */
  readonly self: string;
  readonly clock: Clock;
  readonly supervisor: Supervisor;
  readonly transactions: TransactionStore;
  readonly hosts: { onNotice(notice: Inbound<'host_notice'>): void };
  readonly commands: Pick<CommandHandler, 'answerAgain' | 'handle'>;
  readonly queries: Pick<QueryHandler, 'handle'>;
  readonly outbox: Pick<Outbox, 'replyFailure' | 'acknowledge'>;
  /** Resolves when all changes so far are in the journal. */
  readonly persist: () => Promise<void>;
  readonly notice: (notice: Notice) => void;
  /** Undefined without <Security>: then any client may send any message. */
  readonly authorizer: Pick<Authorizer, 'authenticate' | 'authorize'> | undefined;
  /** The configurations that are defined here. */
  readonly configurations: Parameters<Authorizer['authorize']>[2];
}

/**
 *   frame -> decode -> authenticate -> [held while the provider starts] -> authorize -> deduplicate -> dispatch
 */
export class Dispatcher {
  readonly #ports: DispatcherPorts;
  readonly #decode: Decode;
  readonly #rejects: ThrottledLog;
  readonly #losses: ThrottledLog;
  /** Undefined once the provider has started. */
  #startup: StartupBuffer | undefined = new StartupBuffer();

  constructor(ports: DispatcherPorts) {
    this.#ports = ports;
    this.#decode = createDecode(ports.self);
    const warn = (text: string) => ports.notice({ kind: 'warning', text });
    this.#rejects = new ThrottledLog((line, count) => warn(`${line} (${count} so far)`), ports.clock);
    this.#losses = new ThrottledLog(warn, ports.clock);
  }

  /** The number of frames that held no valid message or could not be handled. */
  get rejected(): number {
    return this.#rejects.count;
  }

  /** Handles what was held during the start, and from now on each message at once. */
  open(): void {
    const startup = this.#startup;
    this.#startup = undefined;
    startup?.release();
  }

  /** Never throws: no frame may end the event loop. */
  receive(frame: Uint8Array): void {
    try {
      const message = this.#decode(frame);
      if (message === undefined) return;
      // In the order of arrival, and before a frame is held: the replay check depends on time and order.
      const principal = this.#authenticate(frame);
      // The start itself asks the hosts of an earlier provider for their runs.
      if (this.#startup === undefined || message.kind === 'host_notice') this.#handle(message, principal);
      else this.#hold(frame, message, principal);
    } catch (error) {
      this.#reject(error);
    }
  }

  /** A service has subscribed to its topic `process.<transaction>.<service>`: it receives commands now. */
  onSubscribed(topic: string, subscription: string): void {
    if (this.#startup !== undefined) {
      this.#startup.add(() => this.onSubscribed(topic, subscription));
      return;
    }
    const { supervisor } = this.#ports;
    if (isOriginalSubscription(subscription)) supervisor.startOriginalPrograms();
    const ids = idsInTopic(topic);
    if (ids !== undefined) supervisor.onSubscribed(ids.transaction, ids.service);
  }

  #authenticate(frame: Uint8Array): Principal | undefined {
    return this.#ports.authorizer?.authenticate(frame);
  }

  #handle(message: InboundMessage, principal: Principal | undefined): void {
    if (!this.#authorize(message, principal)) return;
    if (!this.#deduplicate(message, principal)) this.#dispatch(message, principal);
  }

  /** Returns whether this principal may send this message. A refused command or query is answered. */
  #authorize(message: InboundMessage, principal: Principal | undefined): boolean {
    const { authorizer, configurations } = this.#ports;
    if (authorizer === undefined || principal === undefined) return true;
    const fault = authorizer.authorize(principal, message, configurations);
    if (fault === undefined) return true;
    if (isRequest(message)) this.#ports.outbox.replyFailure(message.header, principal.key, fault);
    return false;
  }

  /** Returns whether the message has arrived before: that command is answered again and not executed. */
  #deduplicate(message: InboundMessage, principal: Principal | undefined): boolean {
    return message.kind === 'context_command' && this.#ports.commands.answerAgain(message, principal?.key);
  }

  #dispatch(message: InboundMessage, principal: Principal | undefined): void {
    switch (message.kind) {
      case 'context_command':
        return void this.#ports.commands.handle(message, principal?.key);
      case 'state_request':
        return this.#ports.queries.handle(message, principal?.key);
      case 'service_event':
        return this.#onEvent(message);
      case 'heartbeat':
        return this.#onHeartbeat(message);
      case 'host_notice':
        return this.#ports.hosts.onNotice(message);
      default:
        return unreachable(message);
    }
  }

  #onEvent(event: Inbound<'service_event'>): void {
    const { notice, supervisor, transactions, outbox, persist } = this.#ports;
    notice({ kind: 'event', event });
    supervisor.onEvent(event);
    if (!isFinalEvent(event)) return;
    const found = transactions.service(event.header.service_transaction, event.header.service_id);
    if (found === undefined) return;
    // The service waits for this before it ends. Once it has ended, only the journal has the event.
    void persist().then(() => outbox.acknowledge(found.transaction, found.service.definition, event));
  }

  #onHeartbeat(heartbeat: Inbound<'heartbeat'>): void {
    const { supervisor, transactions } = this.#ports;
    supervisor.onHeartbeat(heartbeat);
    const { log_loss: loss } = heartbeat.content;
    const { service_transaction: transaction, service_id: service, sender = '' } = heartbeat.header;
    if (loss === undefined || transactions.service(transaction, service) === undefined) return;
    const text = `${service} in ${transaction} cannot write its log: ${loss.lines} lines lost so far, ${loss.code}`;
    // Each sender counts from 0.
    this.#losses.recordTotal(`${transaction}/${service} ${sender}`, text, loss.lines);
  }

  /** The frame is decoded again when it is released: as a message it would take several times the memory. */
  #hold(frame: Uint8Array, message: InboundMessage, principal: Principal | undefined): void {
    const release = () => {
      try {
        const held = this.#decode(frame);
        if (held !== undefined) this.#handle(held, principal);
      } catch (error) {
        this.#reject(error);
      }
    };
    if (this.#startup?.hold(frame.byteLength, release) === true) return;
    this.#rejectBusy(message, principal);
  }

  /** Without room in the buffer, commands and queries are answered with a failure; the loss of other messages is counted. */
  #rejectBusy(message: InboundMessage, principal: Principal | undefined): void {
    if (!this.#authorize(message, principal)) return;
    const fault = new ContextdError('CTX_TAKING_OVER', 'the provider is starting, and its buffer is full', {
      hint: 'send it again in a moment',
    });
    if (isRequest(message)) this.#ports.outbox.replyFailure(message.header, principal?.key, fault);
    else this.#reject(fault);
  }

  #reject(error: unknown): void {
    const { code, message } = asContextdError(error);
    this.#rejects.record(code, code === 'INTERNAL' ? `a message could not be handled: ${message}` : message);
  }
}

function isRequest(message: InboundMessage): message is Inbound<'context_command' | 'state_request'> {
  return message.kind === 'context_command' || message.kind === 'state_request';
}
