// Where messages are dealt with: commands and questions are answered, events and heartbeats passed on.

import { closingError } from './closing-error.js';
import { asContextdError, ContextdError, reportError } from '../base/errors.js';
import { topicOf } from '../bus/envelope.js';
import type { ContextCommandBody } from '../messages/context-command.js';
import type { HeartbeatBody } from '../messages/heartbeat.js';
import { isFinalEvent, type ServiceEventMessage } from '../messages/service-event.js';
import type { StateRequestBody } from '../messages/state.js';
import { THREADS } from '../messages/thread-host.js';
import { idsInTopic, isOfOriginal } from '../messages/topics.js';
import { failure, type CommandAnswer, type CommandPorts } from './commands/command-context.js';
import { executeCommand, refuse } from './commands/execute.js';
import { authorizeInbox, receive, type InboxPorts } from './inbox.js';
import type { ThreadLauncher } from '../launcher/thread-launcher.js';
import { ThrottledLossLog } from './throttled-loss-log.js';
import type { Health } from '../base/health.js';
import type { Notice } from '../messages/notice.js';
import type { IdempotencyCache } from './idempotency-cache.js';
import { refusalOf } from './idempotency-error.js';
import type { QueryAnswer } from './queries.js';
import type { Message } from '../messages/message.js';
import type { Authorizer } from '../security/authorizer.js';
import type { Principal } from '../security/principal.js';
import { ThrottledLog } from '../base/throttled-log.js';
import type { Outbox } from './outbox.js';
import type { Supervisor } from '../supervision/supervisor.js';
import { StartupBuffer } from './startup-buffer.js';

export interface DispatcherPorts {
  /** The provider's own sender id. */
  readonly self: string;
  readonly supervisor: Supervisor;
  readonly threads: ThreadLauncher;
  readonly speaker: Outbox;
  readonly once: IdempotencyCache<CommandAnswer>;
  readonly commandPorts: CommandPorts;
  readonly answer: (request: StateRequestBody) => Promise<QueryAnswer>;
  readonly notice: (notice: Notice) => void;
  /** Resolves when everything up to now is in the journal. */
  readonly persist: () => Promise<void>;
  readonly health: Health;
  /** `exit` has been answered. */
  readonly exit: () => void;
  /** Undefined without <Security>: then everybody may say everything. */
  readonly guard: Authorizer | undefined;
}

export class Dispatcher {
  readonly #ports: DispatcherPorts;
  readonly #rejects: ThrottledLog;
  readonly #losses: ThrottledLossLog;
  /** What has come before the desk was open. */
  #waiting: StartupBuffer | undefined = new StartupBuffer();
  #isClosing = false;
  readonly #answering = new Set<Promise<void>>();

  constructor(ports: DispatcherPorts) {
    this.#ports = ports;
    this.#rejects = new ThrottledLog(ports.commandPorts.clock);
    this.#losses = new ThrottledLossLog(ports.commandPorts.clock);
  }

  /** Resolves when every question up to now has its answer. */
  async answered(): Promise<void> {
    await Promise.all(this.#answering);
  }

  /** How many frames were no messages, or could not be dealt with. */
  get rejected(): number {
    return this.#rejects.count;
  }

  /** From now on everything is dealt with: what an earlier provider left has been taken over. */
  open(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.end();
  }

  /** Until the desk is open, only threads are heard: whose they are is asked while taking over. */
  receive(frame: Uint8Array): void {
    // At once, in the order of their coming: what waits is not to be taken for something heard before.
    const writer = this.#ports.guard?.authenticate(frame);
    if (this.#waiting === undefined || topicOf(frame) === THREADS) this.#dispatch(frame, writer);
    else if (!this.#waiting.hold(frame.byteLength, () => this.#dispatch(frame, writer)))
      this.#rejectBusy(frame, writer);
  }

  #dispatch(frame: Uint8Array, writer: Principal | undefined): void {
    this.#read(frame, writer, {
      command: (command) => void this.#handleCommand(command, writer),
      question: (request) => {
        const answering = this.#answer(request, writer).finally(() => this.#answering.delete(answering));
        this.#answering.add(answering);
      },
      event: (event) => this.#onEvent(event),
      beat: (beat) => this.#onHeartbeat(beat),
      thread: (notice) => this.#ports.threads.onNotice(notice),
    });
  }

  /** There is no room for it to wait: who expects an answer is told, what else is lost is counted. */
  #rejectBusy(frame: Uint8Array, writer: Principal | undefined): void {
    const fault = new ContextdError('CTX_TAKING_OVER', 'the provider takes over, and too much waits for it', {
      hint: 'send it again in a moment',
    });
    const tell = (asked: ContextCommandBody | StateRequestBody) => this.#replyFault(asked, writer, fault);
    const lose = () => this.#reject(fault);
    this.#read(frame, writer, { command: tell, question: tell, event: lose, beat: lose, thread: lose });
  }

  #read(frame: Uint8Array, writer: Principal | undefined, parts: Omit<InboxPorts, 'self' | 'reject'>): void {
    const ports = { ...parts, self: this.#ports.self, reject: (error: unknown) => this.#reject(error) };
    receive(
      authorizeInbox(ports, (message) => this.#admit(writer, message)),
      frame,
    );
  }

  /** Whether this writer may say this; who asks for something and may not is answered. */
  #admit(writer: Principal | undefined, message: Message): boolean {
    const { guard, commandPorts, supervisor } = this.#ports;
    if (guard === undefined || writer === undefined) return true;
    const transactions = [...supervisor.transactions.values()];
    const defined = () => [commandPorts.ownConfiguration, ...transactions.map((each) => each.configuration)];
    const fault = guard.authorize(writer, message, defined);
    if (fault === undefined) return true;
    if (message.kind === 'context_command' || message.kind === 'state_request')
      this.#replyFault(message, writer, fault);
    return false;
  }

  #replyFault(
    { header }: ContextCommandBody | StateRequestBody,
    writer: Principal | undefined,
    fault: unknown,
  ): void {
    const asked = { ...header, service_transaction: header.service_transaction ?? '' };
    const to = { asked, reader: writer?.key };
    const status = failure(reportError(fault));
    this.#ports.speaker.reply(to, `reply_${header.action}`, { status });
  }

  /** From now on nothing is started any more. */
  close(): void {
    this.#isClosing = true;
  }

  /** Throws CTX_ENDING once the desk is closed; to be called before anything is started. */
  checkOpen(): void {
    if (this.#isClosing) throw closingError();
  }

  async execute(command: ContextCommandBody): Promise<CommandAnswer> {
    const { action, service_id: target, service_transaction: transaction = '' } = command.header;
    this.#ports.notice({ kind: 'command', action, target, transaction });
    const answer = await executeCommand(this.#ports.commandPorts, command);
    this.#ports.notice({ kind: 'answer', action, transaction: answer.transaction, status: answer.status });
    return answer;
  }

  /** `process.<transaction>.<service>` is wanted: that service is there. */
  onSubscribed(topic: string, subscription: string): void {
    if (this.#waiting !== undefined) {
      this.#waiting.add(() => this.onSubscribed(topic, subscription));
      return;
    }
    if (isOfOriginal(subscription)) this.#ports.supervisor.startForeignPrograms();
    const { transactions } = this.#ports.supervisor;
    const ids = idsInTopic(topic);
    const known = ids && [...transactions.keys()].find((each) => each === ids.transaction);
    if (ids !== undefined && known !== undefined) this.#ports.supervisor.onSubscribed(known, ids.service);
  }

  async #handleCommand(command: ContextCommandBody, writer: Principal | undefined): Promise<void> {
    const { header } = command;
    const { answer, isFirst } = await this.#executeOnce(command, writer);
    const { status, transaction } = answer;
    const to = { asked: { ...header, service_transaction: transaction }, reader: writer?.key };
    this.#ports.speaker.reply(to, `reply_${header.action}`, { status });
    // Not when it is only answered again: the provider that was meant may have been another one.
    const isExit = header.action === 'exit' && isFirst && status.result === 'success';
    if (isExit) this.#ports.exit();
  }

  /** What has been answered is not executed again, not even by the next provider. */
  async #executeOnce(
    command: ContextCommandBody,
    writer: Principal | undefined,
  ): Promise<{ readonly answer: CommandAnswer; readonly isFirst: boolean }> {
    const { action, message_id: messageId } = command.header;
    // These change nothing, so they may be executed as often as they come, and need no place in the journal.
    if (['list', 'validate'].includes(action)) return { answer: await this.execute(command), isFirst: true };
    let isFirst = false;
    // Nobody gets, or spoils, the answer that is meant for somebody else.
    const id =
      writer?.key === undefined || messageId === undefined ? messageId : `${writer.key} ${messageId}`;
    const refusal = refusalOf(action, id, this.#ports);
    if (refusal !== undefined) return { answer: refuse(command, refusal), isFirst: true };
    const answer = await this.#ports.once.execute(id, () => {
      isFirst = true;
      return this.execute(command);
    });
    await this.#ports.persist();
    return { answer, isFirst };
  }

  /** Some answers take time; commands and other questions do not wait for them. */
  async #answer(request: StateRequestBody, writer: Principal | undefined): Promise<void> {
    const { speaker, answer } = this.#ports;
    const to = { asked: request.header, reader: writer?.key };
    try {
      const { action, content } = await answer(request);
      speaker.reply(to, action, content);
    } catch (error) {
      this.#replyFault(request, writer, error);
    }
  }

  #onEvent(event: ServiceEventMessage): void {
    const { notice, supervisor, speaker, persist } = this.#ports;
    const { service_transaction: id, service_id: serviceId } = event.header;
    notice({ kind: 'event', event });
    supervisor.onEvent(event);
    const transaction = [...supervisor.transactions.values()].find((each) => each.id === id);
    const service = transaction?.configuration.TaskService.find((each) => each.id === serviceId);
    if (transaction === undefined || service === undefined || !isFinalEvent(event)) return;
    // It waits for us to have heard; once it has gone, only the journal knows.
    void persist().then(() => speaker.acknowledge(transaction, service, event));
  }

  #onHeartbeat(beat: HeartbeatBody): void {
    const { supervisor } = this.#ports;
    supervisor.onHeartbeat(beat);
    const { service_transaction: id } = beat.header;
    const isOurs = [...supervisor.transactions.keys()].some((each) => each === id);
    const text = isOurs ? this.#losses.note(beat) : undefined;
    if (text !== undefined) this.#ports.notice({ kind: 'warning', text });
  }

  #reject(error: unknown): void {
    const text = this.#rejects.note(error);
    if (text === undefined) return;
    const isOurs = asContextdError(error).code === 'INTERNAL';
    this.#ports.notice({ kind: 'warning', text: isOurs ? `a message could not be handled: ${text}` : text });
  }
}
