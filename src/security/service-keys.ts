// The keys of services: made from the provider's own secret and a run's token, so the next provider can make them again.

import { deriveKeyPair, taskKeysOf, type KeyPair } from '../base/keys.js';
import type { ProcessEntry } from '../processes/process-table.js';
import { parseToken, HOST_TOKEN_PREFIX, THREAD_TOKEN_PREFIX } from '../processes/run-token.js';

/**
 * Every process that is launched gets a pair of its own, and speaks for the one service that it runs; a process
 * that holds threads for those in it. What a run could say ends with the launch of the next one.
 */
export class ServiceKeys {
  readonly #secretKey: string;
  /** Transaction and service -> the newest run, and the public key of its process. */
  readonly #runs = new Map<string, { readonly run: number; readonly key: string; readonly task?: string }>();
  /** The public keys of processes that run one service -> which. */
  readonly #services = new Map<string, string>();
  /** The public keys of their tasks -> which. */
  readonly #tasks = new Map<string, string>();
  /** The public keys of processes that hold threads -> which. */
  readonly #hosts = new Map<string, string>();

  constructor(secretKey: string) {
    this.#secretKey = secretKey;
  }

  /** The pair of the process with this token, from now on known. */
  issue(token: string): KeyPair {
    const pair = deriveKeyPair(this.#secretKey, token);
    if (token.startsWith(HOST_TOKEN_PREFIX)) this.#hosts.set(pair.publicKey, hostIn(token));
    else this.#note(token, pair.publicKey, taskKeysOf(pair).publicKey);
    return pair;
  }

  /** The thread with this token runs in the process with that one. */
  place(token: string, hostToken: string): void {
    this.#note(token.slice(THREAD_TOKEN_PREFIX.length), this.issue(hostToken).publicKey);
  }

  /** A process that held threads is gone. */
  forgetHost(host: string): void {
    for (const [key, each] of this.#hosts) if (each === host) this.#hosts.delete(key);
  }

  /** Lets in again what an earlier provider has launched. */
  recognize(owner: string, table: readonly ProcessEntry[]): void {
    for (const { token } of table) {
      if (
        token?.startsWith(`${owner}/`) === true ||
        token?.startsWith(`${HOST_TOKEN_PREFIX}${owner}/`) === true
      )
        this.issue(token);
    }
  }

  isKnown(key: string): boolean {
    return this.#services.has(key) || this.#tasks.has(key) || this.#hosts.has(key);
  }

  /** For whom to seal what a service is told; undefined when it has not been launched. */
  readerOf(transaction: string, service: string): string | undefined {
    return this.#runs.get(slotOf(transaction, service))?.key;
  }

  /** The public key with which the task of a service asks and answers; threads have none. */
  taskKeyOf(transaction: string, service: string): string | undefined {
    return this.#runs.get(slotOf(transaction, service))?.task;
  }

  /** `<transaction>/<service>` of the task with this key. */
  taskOf(key: string): string | undefined {
    return this.#tasks.get(key);
  }

  maySpeakFor(key: string, transaction: string, service: string): boolean {
    return this.readerOf(transaction, service) === key;
  }

  isHost(key: string, host: string): boolean {
    return this.#hosts.get(key) === host;
  }

  /** `task` is its own key, in a process of its own. */
  #note(token: string, key: string, task?: string): void {
    const mark = parseToken(token);
    if (mark === undefined) return;
    const slot = slotOf(mark.transaction, mark.service);
    const known = this.#runs.get(slot);
    if (known !== undefined && known.run > mark.run) return;
    if (known !== undefined && known.key !== key) {
      this.#services.delete(known.key);
      this.#tasks.delete(known.task ?? '');
    }
    this.#runs.set(slot, { run: mark.run, key, ...(task === undefined ? {} : { task }) });
    if (task === undefined) return;
    this.#services.set(key, slot);
    this.#tasks.set(task, slot);
  }
}

function slotOf(transaction: string, service: string): string {
  return `${transaction}/${service}`;
}

function hostIn(token: string): string {
  return token.slice(token.lastIndexOf('/') + 1);
}
