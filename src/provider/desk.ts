// Where messages are dealt with: commands and questions are answered, events and heartbeats passed on.

import { endingError } from './ending-error.js';
import { asContextdError, ContextdError, reportError } from '../base/errors.js';
import { topicOf } from '../bus/envelope.js';
import type { ContextCommandBody } from '../messages/context-command.js';
import type { HeartbeatBody } from '../messages/heartbeat.js';
import { isFinalEvent, type ServiceEventMessage } from '../messages/service-event.js';
import type { StateRequestBody } from '../messages/state.js';
import { THREADS } from '../messages/thread-host.js';
import { idsInTopic, isOfOriginal } from '../messages/topics.js';
import { failure, type CommandAnswer, type CommandPorts } from './commands/call.js';
import { executeCommand, refuse } from './commands/execute.js';
import { onlyAdmitted, receive, type InboxPorts } from './inbox.js';
import type { ThreadLauncher } from './launcher/thread-launcher.js';
import { LogLosses } from './log-losses.js';
import type { Health } from './health.js';
import type { Notice } from './notice.js';
import type { Once } from './once.js';
import { refusalOf } from './once-refusal.js';
import type { QuestionAnswer } from './questions.js';
import type { Message } from '../messages/message.js';
import type { Guard } from './security/guard.js';
import type { Writer } from './security/writer.js';
import { Rejects } from './rejects.js';
import type { Speaker } from './speaker.js';
import type { Supervisor } from './supervisor.js';
import { Waiting } from './waiting.js';

export interface DeskPorts {
  /** The provider's own sender id. */
  readonly self: string;
  readonly supervisor: Supervisor;
  readonly threads: ThreadLauncher;
  readonly speaker: Speaker;
  readonly once: Once<CommandAnswer>;
  readonly commandPorts: CommandPorts;
  readonly answer: (request: StateRequestBody) => Promise<QuestionAnswer>;
  readonly notice: (notice: Notice) => void;
  /** Resolves when everything up to now is in the journal. */
  readonly persist: () => Promise<void>;
  readonly health: Health;
  /** `exit` has been answered. */
  readonly exit: () => void;
  /** Undefined without <Security>: then everybody may say everything. */
  readonly guard: Guard | undefined;
}

export class Desk {
  readonly #ports: DeskPorts;
  readonly #rejects: Rejects;
  readonly #losses: LogLosses;
  /** What has come before the desk was open. */
  #waiting: Waiting | undefined = new Waiting();
  #isClosing = false;
  readonly #answering = new Set<Promise<void>>();

  constructor(ports: DeskPorts) {
    this.#ports = ports;
    this.#rejects = new Rejects(ports.commandPorts.clock);
    this.#losses = new LogLosses(ports.commandPorts.clock);
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
    const writer = this.#ports.guard?.identify(frame);
    if (this.#waiting === undefined || topicOf(frame) === THREADS) this.#deal(frame, writer);
    else if (!this.#waiting.hold(frame.byteLength, () => this.#deal(frame, writer)))
      this.#turnAway(frame, writer);
  }

  #deal(frame: Uint8Array, writer: Writer | undefined): void {
    this.#read(frame, writer, {
      command: (command) => void this.#obey(command, writer),
      question: (request) => {
        const answering = this.#answer(request, writer).finally(() => this.#answering.delete(answering));
        this.#answering.add(answering);
      },
      event: (event) => this.#hear(event),
      beat: (beat) => this.#feel(beat),
      thread: (notice) => this.#ports.threads.hear(notice),
    });
  }

  /** There is no room for it to wait: who expects an answer is told, what else is lost is counted. */
  #turnAway(frame: Uint8Array, writer: Writer | undefined): void {
    const fault = new ContextdError('CTX_TAKING_OVER', 'the provider takes over, and too much waits for it', {
      hint: 'send it again in a moment',
    });
    const tell = (asked: ContextCommandBody | StateRequestBody) => this.#replyFault(asked, writer, fault);
    const lose = () => this.#reject(fault);
    this.#read(frame, writer, { command: tell, question: tell, event: lose, beat: lose, thread: lose });
  }

  #read(frame: Uint8Array, writer: Writer | undefined, parts: Omit<InboxPorts, 'self' | 'reject'>): void {
    const ports = { ...parts, self: this.#ports.self, reject: (error: unknown) => this.#reject(error) };
    receive(
      onlyAdmitted(ports, (message) => this.#admit(writer, message)),
      frame,
    );
  }

  /** Whether this writer may say this; who asks for something and may not is answered. */
  #admit(writer: Writer | undefined, message: Message): boolean {
    const { guard, commandPorts, supervisor } = this.#ports;
    if (guard === undefined || writer === undefined) return true;
    const transactions = [...supervisor.transactions.values()];
    const defined = () => [commandPorts.ownConfiguration, ...transactions.map((each) => each.configuration)];
    const fault = guard.judge(writer, message, defined);
    if (fault === undefined) return true;
    if (message.kind === 'context_command' || message.kind === 'state_request')
      this.#replyFault(message, writer, fault);
    return false;
  }

  #replyFault(
    { header }: ContextCommandBody | StateRequestBody,
    writer: Writer | undefined,
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
    if (this.#isClosing) throw endingError();
  }

  async execute(command: ContextCommandBody): Promise<CommandAnswer> {
    const { action, service_id: target, service_transaction: transaction = '' } = command.header;
    this.#ports.notice({ kind: 'command', action, target, transaction });
    const answer = await executeCommand(this.#ports.commandPorts, command);
    this.#ports.notice({ kind: 'answer', action, transaction: answer.transaction, status: answer.status });
    return answer;
  }

  /** `process.<transaction>.<service>` is wanted: that service is there. */
  greet(topic: string, subscription: string): void {
    if (this.#waiting !== undefined) {
      this.#waiting.add(() => this.greet(topic, subscription));
      return;
    }
    if (isOfOriginal(subscription)) this.#ports.supervisor.greetOriginals();
    const { transactions } = this.#ports.supervisor;
    const ids = idsInTopic(topic);
    const known = ids && [...transactions.keys()].find((each) => each === ids.transaction);
    if (ids !== undefined && known !== undefined) this.#ports.supervisor.greet(known, ids.service);
  }

  async #obey(command: ContextCommandBody, writer: Writer | undefined): Promise<void> {
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
    writer: Writer | undefined,
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
  async #answer(request: StateRequestBody, writer: Writer | undefined): Promise<void> {
    const { speaker, answer } = this.#ports;
    const to = { asked: request.header, reader: writer?.key };
    try {
      const { action, content } = await answer(request);
      speaker.reply(to, action, content);
    } catch (error) {
      this.#replyFault(request, writer, error);
    }
  }

  #hear(event: ServiceEventMessage): void {
    const { notice, supervisor, speaker, persist } = this.#ports;
    const { service_transaction: id, service_id: serviceId } = event.header;
    notice({ kind: 'event', event });
    supervisor.hear(event);
    const transaction = [...supervisor.transactions.values()].find((each) => each.id === id);
    const service = transaction?.configuration.TaskService.find((each) => each.id === serviceId);
    if (transaction === undefined || service === undefined || !isFinalEvent(event)) return;
    // It waits for us to have heard; once it has gone, only the journal knows.
    void persist().then(() => speaker.acknowledge(transaction, service, event));
  }

  #feel(beat: HeartbeatBody): void {
    const { supervisor } = this.#ports;
    supervisor.beat(beat);
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
