// Authenticates and authorizes the peers and messages of a secured provider.

import type { Clock } from '../base/clock.js';
import { ContextdError } from '../base/errors.js';
import type { KeyPair } from '../base/keys.js';
import type { Peer } from '../bus/zap-handler.js';
import type { RejectedPeer } from '../bus/handshake-errors.js';
import { parseMac, MessageAuthenticator, type MessageMac } from '../bus/message-mac.js';
import type { ContextConfiguration } from '../model/context.js';
import type { ClientKey, Role } from '../model/security.js';
import type { Message } from '../messages/message.js';
import type { Audit } from './audit.js';
import { ReplayGuard } from './replay-guard.js';
import { isAllowed, roleForCommand, roleForQuery } from './permissions.js';
import type { ServiceKeys } from './service-keys.js';
import { describeMessage, describePrincipal, type Principal } from './principal.js';

const REJECTION_REASONS: Readonly<Record<RejectedPeer['reason'], string>> = {
  mechanism: 'it does not use the CURVE mechanism',
  wrong_server_key: 'it expects another server key than the one of this provider',
  hung_up: 'it closed the connection, or sent nothing, before it was authenticated',
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
  readonly authenticator: MessageAuthenticator;
  readonly services: ServiceKeys;
  readonly #parts: AuthorizerParts;
  #clients: ReadonlyMap<string, ClientKey>;
  readonly #replayGuard: ReplayGuard;

  constructor(parts: AuthorizerParts) {
    this.#parts = parts;
    this.services = parts.services;
    this.authenticator = new MessageAuthenticator(parts.keys, () => parts.clock.now());
    this.#clients = new Map(parts.clients.map((client) => [client.key, client]));
    this.#replayGuard = new ReplayGuard(parts.clock);
  }

  get clients(): readonly ClientKey[] {
    return [...this.#clients.values()];
  }

  /** Replaces the client list. Connected clients stay connected and keep reading; their requests use the new list. */
  replaceClients(clients: readonly ClientKey[]): void {
    this.#clients = new Map(clients.map((client) => [client.key, client]));
  }

  /** The public keys of the clients. */
  get clientKeys(): Iterable<string> {
    return this.#clients.keys();
  }

  /** Whether the owner of this key may connect; records a refusal. */
  mayConnect(peer: Peer): boolean {
    const isKnown = this.#clients.has(peer.key) || this.services.isKnown(peer.key);
    if (!isKnown) {
      const reason = 'the key is in no <Client> of the context file';
      this.#recordRefusal({ who: { ...peer }, what: { action: 'connect' }, code: 'SEC_KEY_UNKNOWN', reason });
    }
    return isKnown;
  }

  /** Records a peer whose handshake failed before its key was known. */
  recordRejectedPeer({ endpoint, reason: kind }: RejectedPeer): void {
    const reason = REJECTION_REASONS[kind];
    this.#recordRefusal({
      who: {},
      what: { action: 'connect', endpoint },
      code: 'SEC_CONNECTION_REFUSED',
      reason,
    });
  }

  /** Finds out who wrote a frame. Must be called once per frame: a second call detects a replay. */
  authenticate(frame: Uint8Array): Principal {
    const seal = parseMac(frame);
    if (seal === undefined) return unauthenticated('SEC_SEAL_INVALID', 'the message has no seal (MAC)');
    const client = this.#clients.get(seal.key) ?? asReader(seal.key, this.services.taskOf(seal.key));
    if (client === undefined && !this.services.isKnown(seal.key)) {
      return unauthenticated('SEC_KEY_UNKNOWN', `the key ${seal.key} is unknown here`);
    }
    if (!this.authenticator.verify(frame, seal)) {
      return unauthenticated('SEC_SEAL_INVALID', `the seal does not match the key ${seal.key}`);
    }
    return { key: seal.key, client, fault: this.#isFresh(seal, client) ? undefined : replayed() };
  }

  /** Returns why a message is refused, or undefined, and records it. `defined` returns the provider's configurations. */
  authorize(
    principal: Principal,
    message: Message,
    defined: () => readonly ContextConfiguration[],
  ): ContextdError | undefined {
    const fault = principal.fault ?? this.#findFault(principal, message, defined);
    const who = describePrincipal(principal);
    const what = describeMessage(message);
    if (fault !== undefined) this.#recordRefusal({ who, what, code: fault.code, reason: fault.message });
    else if (isAudited(message)) this.#parts.audit.record({ verdict: 'accepted', who, what });
    return fault;
  }

  #findFault(
    { key = '', client }: Principal,
    message: Message,
    defined: () => readonly ContextConfiguration[],
  ): ContextdError | undefined {
    switch (message.kind) {
      case 'context_command':
        return checkRole(client, roleForCommand(message, defined()));
      case 'state_request':
        return checkRole(client, roleForQuery(message));
      case 'service_event':
      case 'heartbeat': {
        const { service_transaction: transaction, service_id: service } = message.header;
        const isItself = this.services.mayReportFor(key, transaction, service);
        return isItself ? undefined : wrongSender(`${service} of ${transaction}`);
      }
      case 'host_notice': {
        const { host } = message.header;
        return this.services.isHost(key, host) ? undefined : wrongSender(`the threads of ${host}`);
      }
      case 'process_command':
      case 'context_info':
      case 'command_reply':
      case 'state_reply':
      case 'monitor':
      case 'samples_request':
        return undefined; // The dispatcher converts the first to a context command and ignores the others.
    }
  }

  #isFresh(seal: MessageMac, client: ClientKey | undefined): boolean {
    return client === undefined
      ? this.#replayGuard.acceptFromService(seal)
      : this.#replayGuard.acceptFromClient(seal);
  }

  #recordRefusal(refusal: Omit<Parameters<Audit['record']>[0], 'verdict'>): void {
    const { audit, warn } = this.#parts;
    if (!audit.record({ verdict: 'refused', ...refusal })) return;
    const who = refusal.who.name ?? refusal.who.key ?? 'an unauthenticated peer';
    warn(
      `refused ${who}: ${refusal.what.action ?? refusal.what.kind ?? ''}: ${refusal.reason ?? ''} (${audit.refusals} so far)`,
    );
  }
}

/** Requests that change something are audited. */
function isAudited(message: Message): boolean {
  if (message.kind === 'state_request') return roleForQuery(message) !== 'read';
  return message.kind === 'context_command' && message.header.action !== 'list';
}

function unauthenticated(code: 'SEC_SEAL_INVALID' | 'SEC_KEY_UNKNOWN', message: string): Principal {
  const hint =
    'connect with --key and --server_key; other programs must seal messages as in docs/security.md';
  return { key: undefined, client: undefined, fault: new ContextdError(code, message, { hint }) };
}

function replayed(): ContextdError {
  return new ContextdError('SEC_REPLAYED', 'the message was received before, or was sealed too long ago', {
    hint: 'send it again; if it was new, compare the clocks of both machines',
  });
}

/** A task, unlike its host, may send requests like a client with the role read. */
function asReader(key: string, task: string | undefined): ClientKey | undefined {
  return task === undefined ? undefined : { name: task, key, role: 'read' };
}

function checkRole(client: ClientKey | undefined, needed: Role): ContextdError | undefined {
  if (client === undefined) {
    return new ContextdError('SEC_ROLE_REFUSED', 'a service may report events, but not send requests');
  }
  if (isAllowed(client.role, needed)) return undefined;
  const message = `${client.name} has the role ${client.role}; this request needs ${needed}`;
  const hint =
    needed === 'admin' ? 'start, stop and restart of defined services need the role operate only' : undefined;
  return new ContextdError('SEC_ROLE_REFUSED', message, { hint });
}

function wrongSender(expected: string): ContextdError {
  return new ContextdError('SEC_SENDER_REFUSED', `the sender is not ${expected}`);
}
