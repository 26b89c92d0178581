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
import type { CommandHandler } from './command-handler.js';
import { decode, type InboundMessage } from './decode.js';
import type { QueryHandler } from './query-handler.js';
import type { Outbox } from './outbox.js';
import { StartupBuffer } from './startup-buffer.js';
import { ThrottledLossLog } from './throttled-loss-log.js';

type Inbound<Kind extends InboundMessage['kind']> = Extract<InboundMessage, { readonly kind: Kind }>;

export interface DispatcherPorts {
  /** The provider's own sender id. */
  readonly self: string;
  readonly clock: Clock;
  readonly supervisor: Supervisor;
  readonly threads: { onNotice(notice: Inbound<'thread_notice'>): void };
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
  readonly #rejects: ThrottledLog;
  readonly #losses: ThrottledLossLog;
  /** Undefined once the provider has started. */
  #startup: StartupBuffer | undefined = new StartupBuffer();

  constructor(ports: DispatcherPorts) {
    this.#ports = ports;
    this.#rejects = new ThrottledLog(ports.clock);
    this.#losses = new ThrottledLossLog(ports.clock);
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
      const message = decode(frame, this.#ports.self);
      if (message === undefined) return;
      // In the order of arrival, and before a frame is held: the replay check depends on time and order.
      const principal = this.#authenticate(frame);
      // The start itself asks the thread hosts for their threads.
      if (this.#startup === undefined || message.kind === 'thread_notice') this.#handle(message, principal);
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
      case 'thread_notice':
        return this.#ports.threads.onNotice(message);
      default:
        return unreachable(message);
    }
  }

  #onEvent(event: Inbound<'service_event'>): void {
    const { notice, supervisor, outbox, persist } = this.#ports;
    notice({ kind: 'event', event });
    supervisor.onEvent(event);
    if (!isFinalEvent(event)) return;
    const { service_transaction: id, service_id: serviceId } = event.header;
    const transaction = [...supervisor.transactions.values()].find((each) => each.id === id);
    const service = transaction?.configuration.TaskService.find((each) => each.id === serviceId);
    if (transaction === undefined || service === undefined) return;
    // The service waits for this before it ends. Once it has ended, only the journal has the event.
    void persist().then(() => outbox.acknowledge(transaction, service, event));
  }

  #onHeartbeat(heartbeat: Inbound<'heartbeat'>): void {
    const { supervisor, notice } = this.#ports;
    supervisor.onHeartbeat(heartbeat);
    if (heartbeat.content.log_loss === undefined) return;
    const { service_transaction: id } = heartbeat.header;
    const isOurs = [...supervisor.transactions.keys()].some((each) => each === id);
    const text = isOurs ? this.#losses.note(heartbeat) : undefined;
    if (text !== undefined) notice({ kind: 'warning', text });
  }

  /** The frame is decoded again when it is released: as a message it would take several times the memory. */
  #hold(frame: Uint8Array, message: InboundMessage, principal: Principal | undefined): void {
    const release = () => {
      try {
        const held = decode(frame, this.#ports.self);
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
    const text = this.#rejects.record(error);
    if (text === undefined) return;
    const isDefect = asContextdError(error).code === 'INTERNAL';
    this.#ports.notice({
      kind: 'warning',
      text: isDefect ? `a message could not be handled: ${text}` : text,
    });
  }
}

function isRequest(message: InboundMessage): message is Inbound<'context_command' | 'state_request'> {
  return message.kind === 'context_command' || message.kind === 'state_request';
}
