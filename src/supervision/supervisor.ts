// The heart's hands: applies events to transactions and performs the effects, for every transaction.

import { ClockJumps, Timers } from '../base/clock.js';
import { parseServiceId, parseTransactionId, type ServiceId, type TransactionId } from '../base/ids.js';
import type { HeartbeatBody } from '../messages/heartbeat.js';
import type { ServiceEventMessage } from '../messages/service-event.js';
import type { ServiceResult } from '../messages/state.js';
import { noteOwnWord, programsToTell } from './foreign-services.js';
import { livingFirst } from './reconcile.js';
import { RunRegistry, type FoundRun } from './run-registry.js';
import type { Effect, LimitBreach, ProviderEvent } from './snapshot.js';
import type { CompletionRequest } from './completion.js';
import type { SupervisorPorts } from './supervisor-ports.js';
import {
  addHistory,
  definitionOf,
  moveTimes,
  silentServices,
  vitalsOf,
  type Transaction,
} from './transaction.js';
import { transition } from './transition.js';
import { lostEvent } from './liveness.js';

export interface ExceededRun {
  readonly run: number;
  readonly excess: LimitBreach;
}

type TimedEffect = Extract<Effect, { type: 'time_start' | 'time_backoff' }>;

export class Supervisor {
  readonly #ports: SupervisorPorts;
  readonly #transactions = new Map<TransactionId, Transaction>();
  readonly #runs: RunRegistry;
  readonly #timers: Timers;
  readonly #jumps: ClockJumps;

  constructor(ports: SupervisorPorts) {
    this.#ports = ports;
    this.#jumps = new ClockJumps(ports.clock);
    this.#timers = new Timers(ports.clock);
    this.#runs = new RunRegistry(ports, (transaction, event) => void this.#apply(transaction, event));
  }

  get transactions(): ReadonlyMap<TransactionId, Transaction> {
    return this.#transactions;
  }

  add(transaction: Transaction): void {
    this.#transactions.set(transaction.id, transaction);
  }

  /** There is nothing of it left that runs. */
  forget(transaction: Transaction): void {
    this.#transactions.delete(transaction.id);
    this.#ports.changed(transaction);
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
    const askedMs = this.#ports.clock.monotonic();
    const request: CompletionRequest = { wanted, services, askedMs };
    // A stop waits for the run there was; the snapshot before knows it.
    const settled = transaction.settlement.wait(wanted === 'stop' ? before : transaction.snapshot, request);
    transaction.settlement.check(transaction.snapshot, askedMs);
    return { refused, settled };
  }

  /** Tells everyone how a transaction stands, after its definitions were changed. */
  announce(transaction: Transaction): void {
    this.#ports.changed(transaction);
  }

  /** A service's own report; ignored when its transaction is not ours. */
  onEvent(message: ServiceEventMessage): void {
    const { header, content } = message;
    const transaction = this.#find(header.service_transaction);
    const service = parseServiceId(header.service_id);
    if (transaction === undefined || service === undefined) return;
    // Its process is up: the next one may start.
    this.#runs.leaveGate(transaction, service);
    noteOwnWord(transaction, service, header.sender);
    const { error, pid, tid } = content.status;
    const vitals = vitalsOf(transaction, service, header.sender);
    vitals.tid ??= tid;
    if (!vitals.noteEvent(header.seq)) return;
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
  onSubscribed(transactionId: string, serviceId: string): void {
    const transaction = this.#find(transactionId);
    const id = parseServiceId(serviceId);
    if (transaction === undefined || id === undefined) return;
    const service = transaction.snapshot.services.get(id);
    if (service?.status !== 'starting' || !this.#runs.has(transaction, id)) return;
    this.#ports.command(transaction, service.definition, 'start');
  }

  /** Somebody hears all commands: it may be a program that was launched and hears nothing else. */
  greetOriginals(): void {
    for (const transaction of this.#transactions.values())
      for (const service of programsToTell(transaction)) this.#ports.tellStart(transaction, service);
  }

  /** A sign of life: what it says of the state heals an event that was lost. */
  onHeartbeat(message: HeartbeatBody): void {
    const { header, content } = message;
    const transaction = this.#find(header.service_transaction);
    const id = parseServiceId(header.service_id);
    const service = id === undefined ? undefined : transaction?.snapshot.services.get(id);
    if (transaction === undefined || id === undefined || service === undefined) return;
    noteOwnWord(transaction, id, header.sender);
    vitalsOf(transaction, id, header.sender).noteBeat(message, this.#ports.clock.monotonic());
    const action = lostEvent(service.status, content);
    if (action === undefined) return;
    const { pid } = content;
    const atMs = this.#ports.clock.now();
    this.#apply(transaction, { type: 'reported', atMs, service: id, action, pid, error: undefined });
  }

  /** Looks for services that have fallen silent; to be called from time to time. */
  checkHeartbeats(): void {
    this.#followClock();
    const { clock } = this.#ports;
    const nowMs = clock.now();
    for (const transaction of this.#transactions.values()) {
      const silent = silentServices(transaction, { nowMs, heardMs: clock.monotonic() });
      for (const each of silent) this.#apply(transaction, { type: 'heartbeat_lost', atMs: nowMs, ...each });
    }
  }

  /** The provider itself was stopped for so long, and has heard nothing. */
  excuseSilence(gapMs: number): void {
    for (const { vitals } of this.#transactions.values())
      for (const each of vitals.values()) each.excuse(gapMs);
  }

  /** A run costs more than its service's limits allow. */
  onLimitExceeded(transaction: Transaction, service: ServiceId, exceeded: ExceededRun): void {
    this.#apply(transaction, { type: 'limit_exceeded', atMs: this.#ports.clock.now(), service, ...exceeded });
  }

  /** Takes over what an earlier provider has left of a transaction: the living, and the missing. */
  recover(transaction: Transaction, found: ReadonlyMap<ServiceId, FoundRun>): void {
    this.add(transaction);
    const atMs = this.#ports.clock.now();
    for (const [service, run] of found) {
      this.#runs.adopt(transaction, service, run);
      // A program that was started has been told so, and must not be told again.
      if (transaction.snapshot.services.get(service)?.status === 'started')
        transaction.obeying.set(service, run.run);
    }
    for (const [service, { run }] of livingFirst(transaction.snapshot.services, found)) {
      const there = found.get(service);
      const living = there === undefined ? undefined : { run: there.run, pid: there.process.pid };
      this.#apply(transaction, { type: 'recovered', atMs, service, run, found: living });
    }
  }

  /** SIGKILL for everything, at once. */
  killAll(): void {
    this.#runs.killAll();
  }

  /** There is nothing left to take over: the provider ends on purpose. */
  forgetAll(): void {
    this.#transactions.clear();
  }

  /** Lets go of every timer; to be called when all services have ended. */
  close(): void {
    this.#timers.close();
  }

  #followClock(): void {
    const jumpMs = this.#jumps.take();
    for (const transaction of jumpMs === 0 ? [] : this.#transactions.values()) moveTimes(transaction, jumpMs);
  }

  #apply(transaction: Transaction, event: ProviderEvent): readonly Effect[] {
    this.#followClock();
    const { changes } = transaction.snapshot;
    const step = transition(transaction.snapshot, event, Math.random());
    transaction.snapshot = step.snapshot;
    for (const effect of step.effects) this.#perform(transaction, effect);
    transaction.settlement.check(transaction.snapshot, this.#ports.clock.monotonic());
    if (transaction.snapshot.changes === changes) this.#ports.noted();
    else this.#ports.changed(transaction);
    return step.effects;
  }

  #perform(transaction: Transaction, effect: Effect): void {
    switch (effect.type) {
      case 'launch':
        return this.#runs.launch(transaction, effect.service, effect.run);
      case 'stop':
        return this.#runs.stop(transaction, effect);
      case 'report':
        this.#ports.report(transaction, definitionOf(transaction, effect.service), effect);
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

  #time(transaction: Transaction, effect: TimedEffect, type: 'start_timed_out' | 'backoff_over'): void {
    const { service, run } = effect;
    // A timer that has been overtaken finds another run or status, and changes nothing.
    this.#timers.start(effect.delayMs, () => {
      this.#apply(transaction, { type, service, run, atMs: this.#ports.clock.now() });
    });
  }

  #find(id: string): Transaction | undefined {
    const parsed = parseTransactionId(id);
    return parsed === undefined ? undefined : this.#transactions.get(parsed);
  }
}
