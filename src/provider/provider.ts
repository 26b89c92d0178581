// The running manager: a forwarder, a connection of its own to it, and the supervisor in between.

import { Closers } from '../base/closers.js';
import { systemClock, type Clock } from '../base/clock.js';
import { createDeferred } from '../base/deferred.js';
import { asContextdError, ContextdError, reportError } from '../base/errors.js';
import { createUniqueId } from '../base/ids.js';
import { Connection, type BusEndpoints } from '../bus/connection.js';
import { isLocalEndpoint, narrowBind, reachableEndpoint } from '../bus/endpoint.js';
import { Forwarder } from '../bus/forwarder.js';
import { registerProvider } from '../bus/registry.js';
import type { ContextFile } from '../model/read-context.js';
import type { ContextCommandBody } from '../messages/context-command.js';
import type { ServiceEventMessage } from '../messages/service-event.js';
import type { StateRequestBody } from '../messages/state.js';
import { executeCommand } from './commands/execute.js';
import { stopEverything } from './commands/stop.js';
import { failure, type CommandAnswer, type CommandPorts } from './commands/call.js';
import { INBOX_TOPICS, receive } from './inbox.js';
import type { Notice } from './notice.js';
import { Once } from './once.js';
import { answerQuestion } from './questions.js';
import { Rejects } from './rejects.js';
import { createSupervisor, serviceRootsOf } from './compose-supervisor.js';
import { Speaker } from './speaker.js';
import type { Supervisor } from './supervisor.js';
import { checkLocation } from './locate-service.js';

export interface ProviderOptions {
  readonly file: ContextFile;
  /** Folders, besides those of the context file, that code may be loaded from. */
  readonly serviceRoots?: readonly string[];
  /** Allows binds that other machines can reach. */
  readonly insecure?: boolean;
  readonly notice?: (notice: Notice) => void;
  readonly clock?: Clock;
}

/**
 * Runs contexts until `close` is called or a client sends `exit`.
 *
 * @example
 * const provider = await Provider.open({ file: await readContextFile('conf/Context-EchoAction.xml') });
 * await provider.execute('start');
 * await provider.close();
 */
export class Provider {
  readonly endpoints: BusEndpoints;
  /** Resolves when the provider has ended, for whatever reason. */
  readonly closed: Promise<void>;
  readonly #connection: Connection;
  readonly #supervisor: Supervisor;
  readonly #speaker: Speaker;
  readonly #commandPorts: CommandPorts;
  readonly #once = new Once<CommandAnswer>();
  readonly #rejects: Rejects;
  readonly #notice: (notice: Notice) => void;
  readonly #closers: Closers;
  readonly #ended = createDeferred<void>();
  #closing: Promise<void> | undefined;

  private constructor(options: ProviderOptions, forwarder: Forwarder, closers: Closers) {
    const { file, notice = () => undefined, clock = systemClock } = options;
    const { publish, subscribe } = forwarder.endpoints;
    this.endpoints = { publish: reachableEndpoint(publish), subscribe: reachableEndpoint(subscribe) };
    this.closed = this.#ended.promise;
    this.#notice = notice;
    this.#closers = closers;
    this.#rejects = new Rejects(clock);
    this.#connection = new Connection(forwarder.inproc, INBOX_TOPICS, (frame) => this.#receive(frame));
    closers.add(() => this.#connection.close());
    const transactions = () => [...this.#supervisor.transactions.values()];
    this.#speaker = new Speaker({ connection: this.#connection, clock, transactions, notice });
    const roots = serviceRootsOf(file, options.serviceRoots ?? []);
    this.#supervisor = createSupervisor({
      file,
      roots,
      clock,
      notice,
      closers,
      speaker: this.#speaker,
      endpoints: this.endpoints,
    });
    this.#commandPorts = {
      supervisor: this.#supervisor,
      clock,
      ownConfiguration: file.configuration,
      checkLocations: (services) => {
        for (const service of services) {
          const { location } = service.Task.message.content.configuration;
          if (location !== '') checkLocation(service, location, roots);
        }
      },
    };
    this.#connection.publisher.onSubscription((topic) => this.#greet(topic));
  }

  /** Throws BUS_ADDRESS_IN_USE or BUS_BIND_REFUSED. */
  static async open(options: ProviderOptions): Promise<Provider> {
    const closers = new Closers();
    try {
      const forwarder = await Forwarder.open(bindsOf(options));
      closers.add(() => forwarder.close());
      const provider = new Provider(options, forwarder, closers);
      await provider.#connection.ready();
      await provider.#register(options.file);
      return provider;
    } catch (error) {
      await closers.close();
      throw error;
    }
  }

  /** Executes an action of the provider's own context, as a client's command would. */
  execute(action: 'start' | 'stop' | 'restart', transaction = ''): Promise<CommandAnswer> {
    return this.#execute({
      header: {
        action,
        service_id: '',
        service_name: 'context',
        service_transaction: transaction,
        message_id: createUniqueId(),
      },
      content: { configuration: undefined },
    });
  }

  /** Stops all services, then everything else; idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Kills all services at once; to be used when close() takes too long for somebody. */
  kill(): void {
    this.#supervisor.killAll();
  }

  async #close(): Promise<void> {
    await stopEverything(this.#commandPorts, 'the provider ends');
    this.#speaker.flush();
    await this.#connection.roundTrip();
    await this.#closers.close();
    this.#notice({ kind: 'closed' });
    this.#ended.resolve();
  }

  async #register(file: ContextFile): Promise<void> {
    const { ContextID: contextId } = file.configuration;
    const entry = { pid: process.pid, contextId, contextFile: file.path, endpoints: this.endpoints };
    this.#closers.add(await registerProvider(entry));
    const { publish: frontend, subscribe: backend } = this.endpoints;
    this.#notice({ kind: 'ready', contextId, frontend, backend });
  }

  #receive(frame: Uint8Array): void {
    const self = this.#connection.id;
    receive(
      {
        self,
        command: (command) => void this.#obey(command),
        question: (request) => this.#answer(request),
        event: (event) => this.#hear(event),
        reject: (error) => this.#reject(error),
      },
      frame,
    );
  }

  async #obey(command: ContextCommandBody): Promise<void> {
    const { header } = command;
    const answer = await this.#once.execute(header.message_id, () => this.#execute(command));
    const asked = { ...header, service_transaction: answer.transaction };
    this.#speaker.reply(asked, `reply_${header.action}`, { status: answer.status });
    if (header.action === 'exit') void this.close();
  }

  async #execute(command: ContextCommandBody): Promise<CommandAnswer> {
    const { action, service_id: target, service_transaction: transaction } = command.header;
    this.#notice({ kind: 'command', action, target, transaction });
    const answer =
      this.#closing !== undefined && ['start', 'restart'].includes(action)
        ? { transaction, status: failure(reportError(endingError())) }
        : await executeCommand(this.#commandPorts, command);
    this.#notice({ kind: 'answer', action, transaction: answer.transaction, status: answer.status });
    return answer;
  }

  #answer(request: StateRequestBody): void {
    try {
      const { action, content } = answerQuestion(this.#supervisor.transactions, request);
      this.#speaker.reply(request.header, action, content);
    } catch (error) {
      const status = { result: 'failure', error: reportError(error), services: [] };
      this.#speaker.reply(request.header, `reply_${request.header.action}`, { status });
    }
  }

  #hear(event: ServiceEventMessage): void {
    this.#notice({ kind: 'event', event });
    const transaction = [...this.#supervisor.transactions.values()].find(
      (each) => each.id === event.header.service_transaction,
    );
    const service = transaction?.configuration.TaskService.find(
      (each) => each.id === event.header.service_id,
    );
    this.#supervisor.hear(event);
    if (transaction !== undefined && service !== undefined)
      this.#speaker.acknowledge(transaction, service, event);
  }

  /** `process.<transaction>.<service>` is wanted: that service is there. */
  #greet(topic: string): void {
    // Ids may hold dots themselves, so the topic cannot simply be split.
    for (const transaction of this.#supervisor.transactions.keys()) {
      const room = `process.${transaction}.`;
      if (topic.startsWith(room)) this.#supervisor.greet(transaction, topic.slice(room.length));
    }
  }

  #reject(error: unknown): void {
    const text = this.#rejects.note(error);
    if (text === undefined) return;
    const { code } = asContextdError(error);
    this.#notice({
      kind: 'warning',
      text: code === 'INTERNAL' ? `a message could not be handled: ${text}` : text,
    });
  }
}

function endingError(): ContextdError {
  return new ContextdError('CTX_ENDING', 'the provider is about to end', {
    hint: 'start it again with service_context FILE',
  });
}

/** Throws BUS_BIND_REFUSED for an address that other machines can reach, unless that is wanted. */
function bindsOf({ file, insecure = false }: ProviderOptions): {
  readonly frontend: string;
  readonly backend: string;
} {
  const { FrontBind, BackendBind, BackendEndpoint, FrontEndEndpoint } = file.configuration;
  const frontend = narrowBind(FrontBind, BackendEndpoint);
  const backend = narrowBind(BackendBind, FrontEndEndpoint);
  const open = [frontend, backend].find((bind) => !isLocalEndpoint(bind));
  if (open === undefined || insecure) return { frontend, backend };
  throw new ContextdError(
    'BUS_BIND_REFUSED',
    `${open} can be reached from other machines, and nothing protects it`,
    {
      hint: 'bind to 127.0.0.1, or say --insecure if every machine that can reach it may run commands here',
    },
  );
}
