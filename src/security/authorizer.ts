// The guard of a secured provider: who may connect, who has written a message, what its writer may ask.

import type { Clock } from '../base/clock.js';
import { ContextdError } from '../base/errors.js';
import type { KeyPair } from '../base/keys.js';
import type { Peer } from '../bus/zap-handler.js';
import type { RejectedPeer } from '../bus/handshake-errors.js';
import { macOf, MessageAuthenticator, type MessageMac } from '../bus/message-mac.js';
import type { ContextConfiguration } from '../model/context.js';
import type { ClientKey, Role } from '../model/security.js';
import type { Message } from '../messages/message.js';
import type { Audit } from './audit.js';
import { ReplayGuard } from './replay-guard.js';
import { isAllowed, neededRole, neededRoleOfQuestion } from './permissions.js';
import type { ServiceKeys } from './service-keys.js';
import { describeMessage, describePrincipal, type Principal } from './principal.js';

const STRANGERS: Readonly<Record<RejectedPeer['reason'], string>> = {
  mechanism: 'it does not speak CURVE',
  wrong_server_key: "it expects another key than this provider's",
  hung_up: 'it closed the connection, or said nothing, before it was known who it is',
};

export interface AuthorizerParts {
  readonly keys: KeyPair;
  readonly clients: readonly ClientKey[];
  readonly services: ServiceKeys;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly warn: (text: string) => void;
}

export class Authorizer {
  readonly sealer: MessageAuthenticator;
  readonly services: ServiceKeys;
  readonly #parts: AuthorizerParts;
  #clients: ReadonlyMap<string, ClientKey>;
  readonly #freshness: ReplayGuard;

  constructor(parts: AuthorizerParts) {
    this.#parts = parts;
    this.services = parts.services;
    this.sealer = new MessageAuthenticator(parts.keys, () => parts.clock.now());
    this.#clients = new Map(parts.clients.map((client) => [client.key, client]));
    this.#freshness = new ReplayGuard(parts.clock);
  }

  get clients(): readonly ClientKey[] {
    return [...this.#clients.values()];
  }

  /** From now on: who is connected already stays so, and reads on, but asks and commands by what is said here. */
  replaceClients(clients: readonly ClientKey[]): void {
    this.#clients = new Map(clients.map((client) => [client.key, client]));
  }

  /** The public keys of all who are in the context file. */
  get clientKeys(): Iterable<string> {
    return this.#clients.keys();
  }

  /** Whether the owner of this key may connect. */
  admits(peer: Peer): boolean {
    const isKnown = this.#clients.has(peer.key) || this.services.isKnown(peer.key);
    if (!isKnown) {
      const reason = 'the key is in no <Client> of the context file';
      this.#note({ who: { ...peer }, what: { action: 'connect' }, code: 'SEC_KEY_UNKNOWN', reason });
    }
    return isKnown;
  }

  /** Somebody who could not even say which key it has. */
  noteStranger({ endpoint, reason: kind }: RejectedPeer): void {
    const reason = STRANGERS[kind];
    this.#note({ who: {}, what: { action: 'connect', endpoint }, code: 'SEC_CONNECTION_REFUSED', reason });
  }

  /** To be asked once for each frame: what has been seen is not new any more. */
  identify(frame: Uint8Array): Principal {
    const seal = macOf(frame);
    if (seal === undefined) return unproven('SEC_SEAL_INVALID', 'the message has no seal');
    const client = this.#clients.get(seal.key) ?? asReader(seal.key, this.services.taskOf(seal.key));
    if (client === undefined && !this.services.isKnown(seal.key)) {
      return unproven('SEC_KEY_UNKNOWN', `nobody here knows the key ${seal.key}`);
    }
    if (!this.sealer.isGenuine(frame, seal)) {
      return unproven('SEC_SEAL_INVALID', `the owner of the key ${seal.key} did not write this`);
    }
    return { key: seal.key, client, fault: this.#isNew(seal, client) ? undefined : replayed() };
  }

  /** What keeps a message from being dealt with, which is noted; `defined` is what this provider runs. */
  judge(
    writer: Principal,
    message: Message,
    defined: () => readonly ContextConfiguration[],
  ): ContextdError | undefined {
    const fault = writer.fault ?? this.#findFault(writer, message, defined);
    const who = describePrincipal(writer);
    const what = describeMessage(message);
    if (fault !== undefined) this.#note({ who, what, code: fault.code, reason: fault.message });
    else if (isDeed(message)) this.#parts.audit.note({ verdict: 'accepted', who, what });
    return fault;
  }

  #findFault(
    { key = '', client }: Principal,
    message: Message,
    defined: () => readonly ContextConfiguration[],
  ): ContextdError | undefined {
    switch (message.kind) {
      case 'context_command':
        return checkRole(client, neededRole(message, defined()));
      case 'state_request':
        return checkRole(client, neededRoleOfQuestion(message));
      case 'service_event':
      case 'heartbeat': {
        const { service_transaction: transaction, service_id: service } = message.header;
        const isItself = this.services.maySpeakFor(key, transaction, service);
        return isItself ? undefined : wrongSender(`${service} of ${transaction}`);
      }
      case 'thread_notice': {
        const { host } = message.header;
        return this.services.isHost(key, host) ? undefined : wrongSender(`the threads of ${host}`);
      }
      case 'process_command':
      case 'context_info':
      case 'command_reply':
      case 'state_reply':
      case 'monitor':
      case 'samples_request':
        return undefined; // The inbox has made a context command of the first; the others it does not pass on.
    }
  }

  #isNew(seal: MessageMac, client: ClientKey | undefined): boolean {
    return client === undefined ? this.#freshness.isNewOfService(seal) : this.#freshness.isNewOfClient(seal);
  }

  #note(refusal: Omit<Parameters<Audit['note']>[0], 'verdict'>): void {
    const { audit, warn } = this.#parts;
    if (!audit.note({ verdict: 'refused', ...refusal })) return;
    const who = refusal.who.name ?? refusal.who.key ?? 'somebody';
    warn(
      `refused ${who}: ${refusal.what.action ?? refusal.what.kind ?? ''}: ${refusal.reason ?? ''} (${audit.refusals} so far)`,
    );
  }
}

/** What changes something, and may be asked about later. */
function isDeed(message: Message): boolean {
  if (message.kind === 'state_request') return neededRoleOfQuestion(message) !== 'read';
  return message.kind === 'context_command' && message.header.action !== 'list';
}

function unproven(code: 'SEC_SEAL_INVALID' | 'SEC_KEY_UNKNOWN', message: string): Principal {
  const hint = 'connect with --key and --server_key; other programs seal as docs/security.md says';
  return { key: undefined, client: undefined, fault: new ContextdError(code, message, { hint }) };
}

function replayed(): ContextdError {
  return new ContextdError('SEC_REPLAYED', 'the message has come before, or was sealed too long ago', {
    hint: 'send it anew; if it was new, compare the clocks of the two machines',
  });
}

/** What a task says for itself, apart from what its host reports: it may look, as a client that reads. */
function asReader(key: string, task: string | undefined): ClientKey | undefined {
  return task === undefined ? undefined : { name: task, key, role: 'read' };
}

function checkRole(client: ClientKey | undefined, needed: Role): ContextdError | undefined {
  if (client === undefined) {
    return new ContextdError('SEC_ROLE_REFUSED', 'a service reports what it does, and asks for nothing');
  }
  if (isAllowed(client.role, needed)) return undefined;
  const message = `${client.name} has the role ${client.role}, and this needs ${needed}`;
  const hint =
    needed === 'admin' ? 'start, stop and restart of what is defined need operate only' : undefined;
  return new ContextdError('SEC_ROLE_REFUSED', message, { hint });
}

function wrongSender(whom: string): ContextdError {
  return new ContextdError('SEC_SENDER_REFUSED', `whoever wrote this is not ${whom}`);
}
