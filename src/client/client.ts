// A client of a provider: sends commands and questions, and waits for their answers.

import { systemClock, type Clock } from '../base/clock.js';
import { createDeferred, withDeadline, type Deferred } from '../base/deferred.js';
import { ContextdError, ERROR_CODES, type ErrorCode, type ErrorReport } from '../base/errors.js';
import { createUniqueId } from '../base/ids.js';
import { Connection, securityOf, type BusEndpoints, type ConnectionSecurity } from '../bus/connection.js';
import { isSealedBy } from '../bus/seal.js';
import type { ClientSecurity } from '../bus/security.js';
import { parseFrame, type Message } from '../messages/message.js';
import type { CommandReply, ReplyStatus } from '../messages/state.js';
import { refusal } from './refusal.js';

export interface ClientOptions {
  /** How long to look for a provider, in milliseconds. */
  readonly timeoutMs?: number;
  /** How long to wait for an answer, in milliseconds. */
  readonly answerTimeoutMs?: number;
  readonly clock?: Clock;
  /** Our keys and the provider's public one; left out for a provider without <Security>. */
  readonly security?: ClientSecurity | undefined;
}

export interface CommandRequest {
  readonly action: string;
  /** A service's id, or the ContextID, or blank for the context. */
  readonly serviceId?: string;
  /** `context`, or `all` with stop. */
  readonly serviceName?: string;
  readonly transaction?: string;
  /** A context configuration as in the XML. */
  readonly configuration?: unknown;
  /** Sent again with the same id, a command is executed once and answered again. */
  readonly messageId?: string;
  /** With reload: only say what would change. */
  readonly isDryRun?: boolean;
}

export interface Question {
  readonly action?: 'request' | 'history' | 'why' | 'logs';
  readonly serviceId?: string;
  readonly content?: Readonly<Record<string, unknown>>;
}

export interface CommandAnswer {
  readonly transaction: string;
  readonly status: ReplyStatus;
}

const DEFAULT_TIMEOUT_MS = 5000;
const DEFAULT_ANSWER_TIMEOUT_MS = 30_000;

/**
 * @example
 * const client = await Client.connect({ publish: 'tcp://127.0.0.1:5557', subscribe: 'tcp://127.0.0.1:5556' });
 * const { status } = await client.command({ action: 'stop', transaction: '6FDAHH3WPRVV7FGZCRIN' });
 * await client.close();
 */
export class Client {
  readonly endpoints: BusEndpoints;
  readonly #connection: Connection;
  readonly #pending = new Map<string, Deferred<Message>>();
  readonly #answerTimeoutMs: number;
  readonly #clock: Clock;
  readonly #security: ConnectionSecurity | undefined;

  private constructor(endpoints: BusEndpoints, options: ClientOptions) {
    this.endpoints = endpoints;
    this.#clock = options.clock ?? systemClock;
    this.#answerTimeoutMs = options.answerTimeoutMs ?? DEFAULT_ANSWER_TIMEOUT_MS;
    this.#security = securityOf(options.security);
    const receive = (frame: Uint8Array) => this.#receive(frame);
    this.#connection = new Connection(endpoints, ['state'], receive, this.#security);
  }

  /**
   * Resolves when a provider listens and its answers can reach us. Throws BUS_UNREACHABLE, and
   * SEC_CONNECTION_REFUSED if it is there but does not let us in.
   */
  static async connect(endpoints: BusEndpoints, options: ClientOptions = {}): Promise<Client> {
    const client = new Client(endpoints, options);
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    const { publisher } = client.#connection;
    const there = Promise.all([publisher.whenWanted('context'), client.#connection.ready()]);
    const provider = Promise.race([there, refusal(publisher, endpoints, options.security)]);
    try {
      await withDeadline(provider, timeoutMs, () => unreachableError(endpoints, timeoutMs), client.#clock);
      return client;
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  /** Sends a command and waits for its answer, which can be a failure. Throws BUS_DEADLINE. */
  async command(request: CommandRequest): Promise<CommandAnswer> {
    const { action, serviceId = '', serviceName = 'context', transaction = '', configuration = {} } = request;
    const header = {
      action,
      service_id: serviceId,
      service_name: serviceName,
      service_transaction: transaction,
    };
    const content = { configuration, ...(request.isDryRun === true ? { dry_run: true } : {}) };
    const reply = await this.#ask('context', { header, content }, request.messageId);
    return answerOf(reply);
  }

  /**
   * Asks a question on topic `state`: `request` (see `TransactionInfo`; all transactions with an empty
   * id), `history` and `why` (see `HistoryReply`), `logs` (see `LogsReply`). Throws the provider's refusal, and BUS_DEADLINE.
   */
  async request(transaction = '', question: Question = {}): Promise<unknown> {
    const { action = 'request', serviceId = '', content = {} } = question;
    const header = {
      action,
      service_id: serviceId,
      service_name: 'state',
      service_transaction: transaction,
    };
    const reply = await this.#ask('state', { header, content });
    if (reply.kind === 'state_reply') return reply.content;
    const { error } = answerOf(reply).status;
    throw errorFrom(error ?? { code: 'MSG_INVALID', message: 'the question was refused' });
  }

  /** Sends to one service on the plain topic `process`, as the original's clients do. */
  async process(body: Readonly<Record<string, unknown>>, messageId: string): Promise<CommandAnswer> {
    return answerOf(await this.#exchange('process', body, messageId));
  }

  async close(): Promise<void> {
    for (const [id, pending] of this.#pending) {
      this.#pending.delete(id);
      pending.promise.catch(() => undefined);
      pending.reject(new ContextdError('BUS_CLOSED', 'the client was closed before the answer came'));
    }
    await this.#connection.close();
  }

  #ask(
    topic: string,
    message: { readonly header: object; readonly content: unknown },
    messageId = createUniqueId(),
  ): Promise<Message> {
    const header = { ...message.header, message_id: messageId, sender: this.#connection.id };
    return this.#exchange(topic, { ...message, header }, messageId);
  }

  async #exchange(topic: string, body: unknown, messageId: string): Promise<Message> {
    const pending = this.#pending.get(messageId) ?? createDeferred<Message>();
    this.#pending.set(messageId, pending);
    await this.#connection.publish(topic, body);
    const late = () =>
      new ContextdError(
        'BUS_DEADLINE',
        `no answer within ${this.#answerTimeoutMs / 1000} s from ${this.endpoints.publish}`,
        {
          hint: "the command may still be carried out; ask with --action='list', or wait longer with --timeout",
        },
      );
    try {
      return await withDeadline(pending.promise, this.#answerTimeoutMs, late, this.#clock);
    } finally {
      this.#pending.delete(messageId);
    }
  }

  #receive(frame: Uint8Array): void {
    // Others can write what looks like an answer.
    const { curve, sealer } = this.#security ?? {};
    if (curve !== undefined && sealer !== undefined && !isSealedBy(frame, curve.serverKey, sealer)) return;
    const message = parseReply(frame);
    const id = message?.header.in_reply_to;
    if (message === undefined || id === undefined) return;
    this.#pending.get(id)?.resolve(message);
  }
}

/** Others talk on this topic as well, and not all of it need be well-formed. */
function parseReply(
  frame: Uint8Array,
): Extract<Message, { kind: 'command_reply' | 'state_reply' }> | undefined {
  try {
    const message = parseFrame(frame);
    return message.kind === 'command_reply' || message.kind === 'state_reply' ? message : undefined;
  } catch {
    return undefined;
  }
}

function answerOf(message: Message): CommandAnswer {
  if (message.kind !== 'command_reply')
    throw new ContextdError('MSG_INVALID', `the answer is a ${message.kind}`);
  const { header, content }: CommandReply = message;
  return { transaction: header.service_transaction, status: content.status };
}

/** The provider's error as one of ours; a code that we do not know is still told. */
function errorFrom(report: ErrorReport): ContextdError {
  const { code, message, hint } = report;
  if (Object.hasOwn(ERROR_CODES, code)) return new ContextdError(code as ErrorCode, message, { hint });
  return new ContextdError('MSG_INVALID', `${code}: ${message}`, { hint });
}

function unreachableError(endpoints: BusEndpoints, timeoutMs: number): ContextdError {
  const { publish, subscribe } = endpoints;
  const message = `no provider at ${publish} (answers expected at ${subscribe}) within ${timeoutMs / 1000} s`;
  return new ContextdError('BUS_UNREACHABLE', message, {
    hint: 'start one with service_context FILE, or name the right --endpoint',
    details: { ...endpoints },
  });
}
