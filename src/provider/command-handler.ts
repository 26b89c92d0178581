// Handles commands of clients: executes each once, keeps its answer for the next provider, and replies.

import type { Clock } from '../base/clock.js';
import { ContextdError, reviveError } from '../base/errors.js';
import type { ContextCommandBody } from '../messages/context-command.js';
import type { Notice } from '../messages/notice.js';
import type { CommandAnswer, CommandPorts } from './commands/command-context.js';
import { executeCommand, READ_ONLY, refuse, STARTING } from './commands/execute.js';
import { IdempotencyCache } from './idempotency-cache.js';
import type { Outbox } from './outbox.js';

export interface CommandHandlerPorts {
  readonly commandPorts: CommandPorts;
  readonly cache: IdempotencyCache<CommandAnswer>;
  readonly outbox: Pick<Outbox, 'reply'>;
  readonly notice: (notice: Notice) => void;
  /** Called when `exit` has been answered. */
  readonly exit: () => void;
}

export class CommandHandler {
  readonly #ports: CommandHandlerPorts;

  /** Creates the cache of answers, which the journal shares. */
  static createCache(clock: Clock): IdempotencyCache<CommandAnswer> {
    return new IdempotencyCache(clock);
  }

  constructor(ports: CommandHandlerPorts) {
    this.#ports = ports;
  }

  /**
   * Answers a command that was executed before, or is being executed, with the same answer. Returns false for a new one.
   * `clientKey` is the public key of a client that is authenticated.
   */
  answerAgain(command: ContextCommandBody, clientKey: string | undefined): boolean {
    const id = cacheIdOf(command, clientKey);
    const answer = id === undefined ? undefined : this.#ports.cache.answerOf(id);
    if (answer === undefined) return false;
    void this.#replyWhenSaved(command, clientKey, answer);
    return true;
  }

  /** Executes a command that is new, and replies. Never rejects. */
  async handle(command: ContextCommandBody, clientKey: string | undefined): Promise<void> {
    if (READ_ONLY.includes(command.header.action)) {
      this.#reply(command, clientKey, await this.execute(command));
      return;
    }
    const id = cacheIdOf(command, clientKey);
    const refusal = this.#findRefusal(command, id);
    if (refusal !== undefined) {
      this.#reply(command, clientKey, refuse(command, refusal));
      return;
    }
    const execution = this.#ports.cache.execute(id, () => this.execute(command));
    const { status } = await this.#replyWhenSaved(command, clientKey, execution);
    // Not when it is only answered again: that `exit` may have been meant for an earlier provider.
    if (command.header.action === 'exit' && status.result === 'success') this.#ports.exit();
  }

  /** Executes a command without looking for an earlier answer. Never rejects: a failure is an answer. */
  async execute(command: ContextCommandBody): Promise<CommandAnswer> {
    const { notice, commandPorts } = this.#ports;
    const { action, service_id: target, service_transaction: transaction = '' } = command.header;
    notice({ kind: 'command', action, target, transaction });
    const answer = await executeCommand(commandPorts, command);
    notice({ kind: 'answer', action, transaction: answer.transaction, status: answer.status });
    return answer;
  }

  /** The journal has the answer before the client does. */
  async #replyWhenSaved(
    command: ContextCommandBody,
    clientKey: string | undefined,
    execution: Promise<CommandAnswer>,
  ): Promise<CommandAnswer> {
    const answer = await execution;
    await this.#ports.commandPorts.persist();
    this.#reply(command, clientKey, answer);
    return answer;
  }

  #reply({ header }: ContextCommandBody, reader: string | undefined, answer: CommandAnswer): void {
    const { status, transaction } = answer;
    const to = { asked: { ...header, service_transaction: transaction }, reader };
    this.#ports.outbox.reply(to, `reply_${header.action}`, { status });
  }

  /** Returns why a new command cannot be executed now: it could not be journaled, or its answer not be kept. */
  #findRefusal({ header }: ContextCommandBody, cacheId: string | undefined): ContextdError | undefined {
    const { commandPorts, cache } = this.#ports;
    const fault = commandPorts.health.get('journal');
    if (fault !== undefined && STARTING.includes(header.action)) return reviveError(fault);
    if (cacheId === undefined || header.action === 'exit' || !cache.isFull) return undefined;
    return new ContextdError(
      'CTX_COMMANDS_FULL',
      'too many commands have arrived within the last 10 minutes',
      {
        hint: 'send it again in some minutes, or without a message_id: such a command is executed each time',
      },
    );
  }
}

/** Undefined for a command that is executed each time. A client cannot get, or replace, the answer to another client. */
function cacheIdOf({ header }: ContextCommandBody, clientKey: string | undefined): string | undefined {
  const { action, message_id: messageId } = header;
  if (messageId === undefined || READ_ONLY.includes(action)) return undefined;
  return clientKey === undefined ? messageId : `${clientKey} ${messageId}`;
}
