// The only performer of effects: launches, stops, reports and keeps time for every transaction.

import { reportError } from '../base/errors.js';
import { parseServiceId, parseTransactionId, type ServiceId, type TransactionId } from '../base/ids.js';
import { supervisionOf, type TaskService } from '../model/context.js';
import type { ServiceEventMessage } from '../messages/service-event.js';
import type { ServiceResult } from '../messages/state.js';
import { LaunchGate } from './launch-gate.js';
import type { LaunchedService } from './launcher/launcher.js';
import type { Effect, ProviderEvent } from './snapshot.js';
import type { SettlementRequest } from './settlement.js';
import type { Running, SupervisorPorts } from './supervisor-ports.js';
import { addHistory, type Transaction } from './transaction.js';
import { transition } from './transition.js';

export class Supervisor {
  readonly #ports: SupervisorPorts;
  readonly #transactions = new Map<TransactionId, Transaction>();
  readonly #running = new Map<string, Running>();
  readonly #gate = new LaunchGate();
  readonly #timers = new Set<() => void>();

  constructor(ports: SupervisorPorts) {
    this.#ports = ports;
  }

  get transactions(): ReadonlyMap<TransactionId, Transaction> {
    return this.#transactions;
  }

  add(transaction: Transaction): void {
    this.#transactions.set(transaction.id, transaction);
  }

  /** Applies a command's event; returns what was refused, and when the rest has settled. */
  ask(
    transaction: Transaction,
    event: Extract<ProviderEvent, { type: 'run_asked' | 'stop_asked' }>,
  ): { readonly refused: readonly ServiceResult[]; readonly settled: Promise<readonly ServiceResult[]> } {
    const wanted = event.type === 'stop_asked' ? 'stop' : 'run';
    const before = transaction.snapshot;
    const refusals = this.#apply(transaction, event).filter((effect) => effect.type === 'refuse');
    const refused = refusals.map(({ service, error }) => {
      const known = before.services.get(service);
      return { service_id: service, state: known?.status ?? 'unknown', pid: known?.pid ?? null, error };
    });
    const isRefused = new Set<string>(refused.map((each) => each.service_id));
    const services = event.services.filter((id) => !isRefused.has(id));
    const request: SettlementRequest = { wanted, services, askedMs: event.atMs };
    // A stop waits for the run there was; the snapshot before knows it.
    const settled = transaction.settlement.wait(wanted === 'stop' ? before : transaction.snapshot, request);
    transaction.settlement.check(transaction.snapshot, event.atMs);
    return { refused, settled };
  }

  /** Tells everyone how a transaction stands, after its definitions were changed. */
  announce(transaction: Transaction): void {
    this.#ports.changed(transaction);
  }

  /** A service's own report; ignored when its transaction is not ours. */
  hear(message: ServiceEventMessage): void {
    const { header, content } = message;
    const transaction = this.#find(header.service_transaction);
    const service = parseServiceId(header.service_id);
    if (transaction === undefined || service === undefined) return;
    // Its process is up: the next one may start.
    this.#running.get(keyOf(transaction, service))?.leaveGate();
    const { error, pid } = content.status;
    this.#apply(transaction, {
      type: 'reported',
      atMs: this.#ports.clock.now(),
      service,
      action: header.action,
      pid,
      error,
    });
  }

  /**
   * A service has subscribed to its own commands: it is there, so it can be told to start. An onlooker may
   * have done so as well; hence every subscription is answered, and a service obeys the first start only.
   */
  greet(transactionId: string, serviceId: string): void {
    const transaction = this.#find(transactionId);
    const id = parseServiceId(serviceId);
    if (transaction === undefined || id === undefined) return;
    const service = transaction.snapshot.services.get(id);
    if (service?.status !== 'starting' || !this.#running.has(keyOf(transaction, id))) return;
    this.#ports.command(transaction, service.definition, 'start');
  }

  /** SIGKILL for everything, at once. */
  killAll(): void {
    for (const running of this.#running.values()) {
      if (running.process === undefined) running.stop = { atOnce: true };
      else running.process.stop(() => false, true);
    }
  }

  /** Lets go of every timer; to be called when all services have ended. */
  close(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  #apply(transaction: Transaction, event: ProviderEvent): readonly Effect[] {
    const step = transition(transaction.snapshot, event, Math.random());
    transaction.snapshot = step.snapshot;
    for (const effect of step.effects) this.#perform(transaction, effect);
    transaction.settlement.check(transaction.snapshot, event.atMs);
    this.#ports.changed(transaction);
    return step.effects;
  }

  #perform(transaction: Transaction, effect: Effect): void {
    switch (effect.type) {
      case 'launch':
        void this.#launch(transaction, effect.service, effect.run);
        return;
      case 'stop':
        return this.#stop(transaction, effect);
      case 'report':
        this.#ports.report(transaction, this.#definition(transaction, effect.service), effect);
        return;
      case 'time_start':
        return this.#time(transaction, effect, 'start_timed_out');
      case 'time_backoff':
        return this.#time(transaction, effect, 'backoff_over');
      case 'record':
        addHistory(transaction, effect.record);
        this.#ports.recorded(transaction, effect.record);
        return;
      case 'refuse':
        return;
    }
  }

  async #launch(transaction: Transaction, id: ServiceId, run: number): Promise<void> {
    const running: Running = {
      run,
      process: undefined,
      stop: undefined,
      leaveGate: () => undefined,
    };
    const key = keyOf(transaction, id);
    this.#running.set(key, running);
    running.leaveGate = await this.#gate.enter();
    try {
      const process = await this.#start(transaction, id, running);
      const end = await process.ended;
      this.#forget(key, running);
      this.#apply(transaction, { type: 'ended', atMs: this.#ports.clock.now(), service: id, run, ...end });
    } catch (error) {
      this.#forget(key, running);
      const report = reportError(error, 'SVC_LAUNCH_FAILED');
      this.#apply(transaction, {
        type: 'launch_failed',
        atMs: this.#ports.clock.now(),
        service: id,
        run,
        error: report,
      });
    }
  }

  async #start(transaction: Transaction, id: ServiceId, running: Running): Promise<LaunchedService> {
    const service = this.#definition(transaction, id);
    const module = await this.#ports.prepare(service);
    if (running.stop !== undefined) throw new Error(`${id} was stopped before it was launched`);
    const process = await this.#ports.launcher.launch({
      bootstrap: this.#ports.bootstrap(transaction, service, module),
      supervision: supervisionOf(service),
      logFile: this.#ports.logFile(transaction, service),
      workingFolder: this.#ports.workingFolder,
    });
    running.process = process;
    const launched = {
      type: 'launched',
      atMs: this.#ports.clock.now(),
      service: id,
      run: running.run,
    } as const;
    this.#apply(transaction, { ...launched, pid: process.pid });
    this.#obeyEarlyStop(running);
    return process;
  }

  /** A stop that came while the process was being made; nobody is there yet to be asked. */
  #obeyEarlyStop(running: Running): void {
    if (running.stop !== undefined) running.process?.stop(() => false, running.stop.atOnce);
  }

  #stop(transaction: Transaction, effect: Extract<Effect, { type: 'stop' }>): void {
    const running = this.#running.get(keyOf(transaction, effect.service));
    if (running?.run !== effect.run) return;
    const service = this.#definition(transaction, effect.service);
    if (running.process === undefined) running.stop = { atOnce: effect.atOnce };
    else running.process.stop(() => this.#ports.command(transaction, service, 'stop'), effect.atOnce);
  }

  #time(
    transaction: Transaction,
    effect: { readonly service: ServiceId; readonly run: number; readonly delayMs: number },
    type: 'start_timed_out' | 'backoff_over',
  ): void {
    const { service, run, delayMs } = effect;
    const { clock } = this.#ports;
    // A timer that has been overtaken finds another run or status, and changes nothing.
    const cancel = clock.after(delayMs, () => {
      this.#timers.delete(cancel);
      this.#apply(transaction, { type, service, run, atMs: clock.now() });
    });
    this.#timers.add(cancel);
  }

  #forget(key: string, running: Running): void {
    running.leaveGate();
    if (this.#running.get(key) === running) this.#running.delete(key);
  }

  #definition(transaction: Transaction, id: ServiceId): TaskService {
    const service = transaction.snapshot.services.get(id);
    if (service === undefined) throw new Error(`service ${id} has vanished from ${transaction.id}`);
    return service.definition;
  }

  #find(id: string): Transaction | undefined {
    const parsed = parseTransactionId(id);
    return parsed === undefined ? undefined : this.#transactions.get(parsed);
  }
}

function keyOf(transaction: Transaction, service: ServiceId): string {
  return `${transaction.id}/${service}`;
}
