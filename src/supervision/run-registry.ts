// Launches, adopts and stops the processes of runs, and reports their ends as events.

import { reportError } from '../base/errors.js';
import type { ServiceId } from '../base/ids.js';
import { supervisionOf } from '../model/context.js';
import { publishedToken } from '../processes/run-token.js';
import { Semaphore } from './semaphore.js';
import type { LaunchedService } from '../launcher/launcher.js';
import type { ProcessEntry } from '../processes/process-table.js';
import type { Effect, EventBody } from './snapshot.js';
import type { SupervisorPorts } from './supervisor-ports.js';
import { definitionOf, type LiveRun, type Transaction } from './transaction.js';

/** A run that an earlier provider launched. */
export interface FoundRun {
  readonly run: number;
  readonly token: string;
  /** What identifies it in messages. */
  readonly runToken: string;
  readonly process: ProcessEntry;
}

export class RunRegistry {
  readonly #ports: SupervisorPorts;
  readonly #apply: (transaction: Transaction, event: EventBody) => void;
  readonly #permits = new Semaphore();

  constructor(ports: SupervisorPorts, apply: (transaction: Transaction, event: EventBody) => void) {
    this.#ports = ports;
    this.#apply = apply;
  }

  /** Starts a launch. Its result arrives as an event: `launched`, `launch_failed` or `ended`. */
  launch(transaction: Transaction, id: ServiceId, run: number): void {
    const running = addRun(transaction, id, run);
    void this.#launch(transaction, id, running);
  }

  adopt(transaction: Transaction, id: ServiceId, found: FoundRun): void {
    const running = addRun(transaction, id, found.run);
    const supervision = supervisionOf(definitionOf(transaction, id));
    running.process = this.#ports.launcher.adopt({ ...found, supervision });
    void this.#awaitEnd(transaction, id, { running, process: running.process });
  }

  stop(transaction: Transaction, effect: Extract<Effect, { type: 'stop' }>): void {
    const running = transaction.runs.get(effect.service);
    if (running?.run !== effect.run) return;
    const service = definitionOf(transaction, effect.service);
    if (running.process === undefined) running.stop = { atOnce: effect.atOnce };
    else running.process.stop(() => this.#ports.outbox.command(transaction, service, 'stop'), effect.atOnce);
  }

  /** Sends SIGKILL to all processes. */
  killAll(): void {
    for (const running of this.#ports.transactions.all.flatMap(({ runs }) => [...runs.values()])) {
      if (running.process === undefined) running.stop = { atOnce: true };
      else running.process.stop(() => false, true);
    }
  }

  async #launch(transaction: Transaction, id: ServiceId, running: LiveRun): Promise<void> {
    const { run } = running;
    running.releasePermit = await this.#permits.acquire();
    try {
      const process = await this.#start(transaction, id, running);
      await this.#awaitEnd(transaction, id, { running, process });
    } catch (error) {
      removeRun(transaction, id, running);
      const report = reportError(error, 'SVC_LAUNCH_FAILED');
      this.#apply(transaction, { type: 'launch_failed', service: id, run, error: report });
    }
  }

  async #start(transaction: Transaction, id: ServiceId, running: LiveRun): Promise<LaunchedService> {
    const { launcher } = this.#ports;
    const service = definitionOf(transaction, id);
    const [{ env, ...code }] = await Promise.all([this.#ports.prepare(service), transaction.journaled]);
    if (running.stop !== undefined) throw new Error(`${id} was stopped before it was launched`);
    const token = this.#ports.token(transaction, service, running.run);
    const runToken = publishedToken(token);
    const process = await launcher.launch({
      bootstrap: { ...this.#ports.bootstrap(transaction, service, code), runToken },
      supervision: supervisionOf(service),
      env,
      token,
    });
    running.process = process;
    const launched = { type: 'launched', service: id, run: running.run } as const;
    this.#apply(transaction, { ...launched, pid: process.pid, runToken, codeHash: code.codeHash });
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
    removeRun(transaction, id, running);
    this.#apply(transaction, { type: 'ended', service: id, run: running.run, ...end });
  }
}

function addRun({ runs }: Transaction, id: ServiceId, run: number): LiveRun {
  const running: LiveRun = { run, process: undefined, stop: undefined, releasePermit: () => undefined };
  runs.set(id, running);
  return running;
}

function removeRun({ runs }: Transaction, id: ServiceId, running: LiveRun): void {
  running.releasePermit();
  if (runs.get(id) === running) runs.delete(id);
}
