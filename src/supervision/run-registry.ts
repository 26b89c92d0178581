// Holds the live runs of all services: launches, adopts and stops their processes, and reports their ends as events.

import { reportError } from '../base/errors.js';
import type { ServiceId } from '../base/ids.js';
import { supervisionOf } from '../model/context.js';
import { Semaphore } from './semaphore.js';
import type { LaunchedService } from '../launcher/launcher.js';
import type { ProcessEntry } from '../processes/process-table.js';
import type { Effect, ProviderEvent } from './snapshot.js';
import type { LiveRun, SupervisorPorts } from './supervisor-ports.js';
import { definitionOf, type Transaction } from './transaction.js';

/** A run that an earlier provider launched. */
export interface FoundRun {
  readonly run: number;
  readonly token: string;
  readonly process: ProcessEntry;
}

export class RunRegistry {
  readonly #ports: SupervisorPorts;
  readonly #apply: (transaction: Transaction, event: ProviderEvent) => void;
  readonly #runs = new Map<string, LiveRun>();
  readonly #permits = new Semaphore();

  constructor(ports: SupervisorPorts, apply: (transaction: Transaction, event: ProviderEvent) => void) {
    this.#ports = ports;
    this.#apply = apply;
  }

  has(transaction: Transaction, id: ServiceId): boolean {
    return this.#runs.has(keyOf(transaction, id));
  }

  releasePermit(transaction: Transaction, id: ServiceId): void {
    this.#runs.get(keyOf(transaction, id))?.releasePermit();
  }

  /** Starts a launch. Its result arrives as an event: `launched`, `launch_failed` or `ended`. */
  launch(transaction: Transaction, id: ServiceId, run: number): void {
    const running = this.#add(transaction, id, run);
    void this.#launch(transaction, id, running);
  }

  adopt(transaction: Transaction, id: ServiceId, found: FoundRun): void {
    const running = this.#add(transaction, id, found.run);
    const supervision = supervisionOf(definitionOf(transaction, id));
    running.process = this.#ports.launcher.adopt({ ...found, supervision });
    void this.#awaitEnd(transaction, id, { running, process: running.process });
  }

  stop(transaction: Transaction, effect: Extract<Effect, { type: 'stop' }>): void {
    const running = this.#runs.get(keyOf(transaction, effect.service));
    if (running?.run !== effect.run) return;
    const service = definitionOf(transaction, effect.service);
    if (running.process === undefined) running.stop = { atOnce: effect.atOnce };
    else running.process.stop(() => this.#ports.command(transaction, service, 'stop'), effect.atOnce);
  }

  /** Sends SIGKILL to all processes. */
  killAll(): void {
    for (const running of this.#runs.values()) {
      if (running.process === undefined) running.stop = { atOnce: true };
      else running.process.stop(() => false, true);
    }
  }

  #add(transaction: Transaction, id: ServiceId, run: number): LiveRun {
    const running: LiveRun = { run, process: undefined, stop: undefined, releasePermit: () => undefined };
    this.#runs.set(keyOf(transaction, id), running);
    return running;
  }

  async #launch(transaction: Transaction, id: ServiceId, running: LiveRun): Promise<void> {
    const { run } = running;
    running.releasePermit = await this.#permits.acquire();
    try {
      const process = await this.#start(transaction, id, running);
      await this.#awaitEnd(transaction, id, { running, process });
    } catch (error) {
      this.#remove(transaction, id, running);
      const report = reportError(error, 'SVC_LAUNCH_FAILED');
      const atMs = this.#ports.clock.now();
      this.#apply(transaction, { type: 'launch_failed', atMs, service: id, run, error: report });
    }
  }

  async #start(transaction: Transaction, id: ServiceId, running: LiveRun): Promise<LaunchedService> {
    const { launcher, clock, workingFolder } = this.#ports;
    const service = definitionOf(transaction, id);
    const [{ env, ...code }] = await Promise.all([this.#ports.prepare(service), transaction.journaled]);
    if (running.stop !== undefined) throw new Error(`${id} was stopped before it was launched`);
    const process = await launcher.launch({
      bootstrap: this.#ports.bootstrap(transaction, service, code),
      supervision: supervisionOf(service),
      logFile: this.#ports.logFile(transaction, service),
      workingFolder,
      env,
      token: this.#ports.token(transaction, service, running.run),
    });
    running.process = process;
    const launched = { type: 'launched', atMs: clock.now(), service: id, run: running.run } as const;
    this.#apply(transaction, { ...launched, pid: process.pid, codeHash: code.codeHash });
    this.#performEarlyStop(running);
    return process;
  }

  /** Performs a stop that arrived during the launch. The process cannot receive a stop command yet. */
  #performEarlyStop(running: LiveRun): void {
    if (running.stop !== undefined) running.process?.stop(() => false, running.stop.atOnce);
  }

  async #awaitEnd(
    transaction: Transaction,
    id: ServiceId,
    { running, process }: { readonly running: LiveRun; readonly process: LaunchedService },
  ): Promise<void> {
    const end = await process.ended;
    this.#remove(transaction, id, running);
    const atMs = this.#ports.clock.now();
    this.#apply(transaction, { type: 'ended', atMs, service: id, run: running.run, ...end });
  }

  #remove(transaction: Transaction, id: ServiceId, running: LiveRun): void {
    const key = keyOf(transaction, id);
    running.releasePermit();
    if (this.#runs.get(key) === running) this.#runs.delete(key);
  }
}

function keyOf(transaction: Transaction, service: ServiceId): string {
  return `${transaction.id}/${service}`;
}
