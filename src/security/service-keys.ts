// Derives the keys of services from the provider's secret and the run token, so that the next provider can derive them again.

import { deriveKeyPair, taskKeysOf, type KeyPair } from '../base/keys.js';
import type { ProcessEntry } from '../processes/process-table.js';
import { HOST_TOKEN_PREFIX, parseToken } from '../processes/run-token.js';

/**
 * Each launched process has a key pair of its own. It may report for the service that it runs; a thread host, for
 * its threads. The key of a run becomes invalid with the launch of the next run.
 */
export class ServiceKeys {
  readonly #secretKey: string;
  /** By transaction and service: the newest run and the public key of its process. */
  readonly #runs = new Map<string, { readonly run: number; readonly key: string; readonly task?: string }>();
  /** By the public key of a service process: transaction and service. */
  readonly #services = new Map<string, string>();
  /** By the public key of a task: transaction and service. */
  readonly #tasks = new Map<string, string>();
  /** By the public key of a thread host: its id. */
  readonly #hosts = new Map<string, string>();

  constructor(secretKey: string) {
    this.#secretKey = secretKey;
  }

  /** Derives and registers the key pair of the process with this token. */
  issue(token: string): KeyPair {
    const pair = deriveKeyPair(this.#secretKey, token);
    if (token.startsWith(HOST_TOKEN_PREFIX)) this.#hosts.set(pair.publicKey, hostIn(token));
    else this.#register(token, pair.publicKey, taskKeysOf(pair).publicKey);
    return pair;
  }

  /** Registers a thread that runs in the host process with `hostToken`. */
  place(token: string, hostToken: string): void {
    this.#register(token, this.issue(hostToken).publicKey);
  }

  /** Removes a thread host that has ended. */
  forgetHost(host: string): void {
    for (const [key, each] of this.#hosts) if (each === host) this.#hosts.delete(key);
  }

  /** Registers the processes of `table` that an earlier provider launched. */
  restore(owner: string, table: readonly ProcessEntry[]): void {
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

  /** The key for which messages to a service are sealed; undefined before its launch. */
  publicKeyOf(transaction: string, service: string): string | undefined {
    return this.#runs.get(slotOf(transaction, service))?.key;
  }

  /** The public key of the task of a service; undefined for threads. */
  taskKeyOf(transaction: string, service: string): string | undefined {
    return this.#runs.get(slotOf(transaction, service))?.task;
  }

  /** Returns `<transaction>/<service>` of the task with this key. */
  taskOf(key: string): string | undefined {
    return this.#tasks.get(key);
  }

  mayReportFor(key: string, transaction: string, service: string): boolean {
    return this.publicKeyOf(transaction, service) === key;
  }

  isHost(key: string, host: string): boolean {
    return this.#hosts.get(key) === host;
  }

  /** `task` is the public key of the task; undefined for threads. */
  #register(token: string, key: string, task?: string): void {
    const runToken = parseToken(token);
    if (runToken === undefined) return;
    const slot = slotOf(runToken.transaction, runToken.service);
    const known = this.#runs.get(slot);
    if (known !== undefined && known.run > runToken.run) return;
    if (known !== undefined && known.key !== key) {
      this.#services.delete(known.key);
      this.#tasks.delete(known.task ?? '');
    }
    this.#runs.set(slot, { run: runToken.run, key, ...(task === undefined ? {} : { task }) });
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
