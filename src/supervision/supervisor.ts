// Runs `transition` on the events of all transactions and performs the effects.

import { ClockJumps, Timers } from '../base/clock.js';
import { parseServiceId, parseTransactionId, type ServiceId, type TransactionId } from '../base/ids.js';
import type { HeartbeatBody } from '../messages/heartbeat.js';
import type { ServiceEventMessage } from '../messages/service-event.js';
import type { ServiceResult } from '../messages/state.js';
import { recordStartAcknowledgement, programsAwaitingStart } from './original-protocol.js';
import { aliveFirst } from './reconcile.js';
import { RunRegistry, type FoundRun } from './run-registry.js';
import type { Effect, ProviderEvent } from './snapshot.js';
import type { CompletionRequest } from './completion.js';
import type { RunLimitBreach } from './check-limits.js';
import type { SupervisorPorts } from './supervisor-ports.js';
import {
  addHistory,
  definitionOf,
  shiftTimes,
  servicesWithOverdueHeartbeat,
  livenessOf,
  type Transaction,
} from './transaction.js';
import { transition } from './transition.js';
import { missingEvent } from './liveness.js';

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

  /** Removes a transaction that has no processes any more. */
  remove(transaction: Transaction): void {
    this.#transactions.delete(transaction.id);
    this.#ports.onChange(transaction);
  }

  /** Applies the event of a command; returns the refused services and a promise of the results of the others. */
  request(
    transaction: Transaction,
    event: Extract<ProviderEvent, { type: 'run_requested' | 'stop_requested' }>,
  ): { readonly refused: readonly ServiceResult[]; readonly settled: Promise<readonly ServiceResult[]> } {
    const goal = event.type === 'stop_requested' ? 'stop' : 'run';
    const before = transaction.snapshot;
    const refusals = this.#apply(transaction, event).filter((effect) => effect.type === 'refuse');
    const refused = refusals.map(({ service, error }) => {
      const known = before.services.get(service);
      return { service_id: service, state: known?.status ?? 'unknown', pid: known?.pid ?? null, error };
    });
    const isRefused = new Set<string>(refused.map((each) => each.service_id));
    const services = event.services.filter((id) => !isRefused.has(id));
    const requestedMs = this.#ports.clock.monotonic();
    const request: CompletionRequest = { goal, services, requestedMs };
    // A stop waits for the run before the request.
    const settled = transaction.completion.wait(goal === 'stop' ? before : transaction.snapshot, request);
    transaction.completion.check(transaction.snapshot, requestedMs);
    return { refused, settled };
  }

  /** Publishes the context information of a transaction whose definitions were changed. */
  publishChange(transaction: Transaction): void {
    this.#ports.onChange(transaction);
  }

  /** Handles an event that a service reports. Events of other providers' transactions are ignored. */
  onEvent(message: ServiceEventMessage): void {
    const { header, content } = message;
    const transaction = this.#find(header.service_transaction);
    const service = parseServiceId(header.service_id);
    if (transaction === undefined || service === undefined) return;
    // The process is up: another launch may start.
    this.#runs.releasePermit(transaction, service);
    recordStartAcknowledgement(transaction, service, header.sender);
    const { error, pid, tid } = content.status;
    const liveness = livenessOf(transaction, service, header.sender);
    liveness.tid ??= tid;
    if (!liveness.recordEvent(header.seq)) return;
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
   * Sends the start command to a service that has subscribed to its commands. The subscription may also be
   * another program's: so each one is answered, and a service performs the first start command only.
   */
  onSubscribed(transactionId: string, serviceId: string): void {
    const transaction = this.#find(transactionId);
    const id = parseServiceId(serviceId);
    if (transaction === undefined || id === undefined) return;
    const service = transaction.snapshot.services.get(id);
    if (service?.status !== 'starting' || !this.#runs.has(transaction, id)) return;
    this.#ports.command(transaction, service.definition, 'start');
  }

  /** Handles a subscription to the plain topic `process`: it may be a launched program that uses no other topic. */
  startOriginalPrograms(): void {
    for (const transaction of this.#transactions.values())
      for (const service of programsAwaitingStart(transaction))
        this.#ports.publishStart(transaction, service);
  }

  /** Handles a heartbeat. Its state replaces an event that was lost. */
  onHeartbeat(message: HeartbeatBody): void {
    const { header, content } = message;
    const transaction = this.#find(header.service_transaction);
    const id = parseServiceId(header.service_id);
    const service = id === undefined ? undefined : transaction?.snapshot.services.get(id);
    if (transaction === undefined || id === undefined || service === undefined) return;
    recordStartAcknowledgement(transaction, id, header.sender);
    livenessOf(transaction, id, header.sender).recordHeartbeat(message, this.#ports.clock.monotonic());
    const action = missingEvent(service.status, content);
    if (action === undefined) return;
    const { pid } = content;
    const atMs = this.#ports.clock.now();
    this.#apply(transaction, { type: 'reported', atMs, service: id, action, pid, error: undefined });
  }

  /** Fails services whose heartbeats are overdue; must be called regularly. */
  checkHeartbeats(): void {
    this.#adjustForClockJump();
    const { clock } = this.#ports;
    const nowMs = clock.now();
    for (const transaction of this.#transactions.values()) {
      const overdue = servicesWithOverdueHeartbeat(transaction, { nowMs, monotonicMs: clock.monotonic() });
      for (const each of overdue) this.#apply(transaction, { type: 'heartbeat_lost', atMs: nowMs, ...each });
    }
  }

  /** The provider itself was stopped for `gapMs` and received nothing. */
  extendHeartbeatDeadlines(gapMs: number): void {
    for (const { liveness } of this.#transactions.values())
      for (const each of liveness.values()) each.addGrace(gapMs);
  }

  /** Handles a run that exceeds a resource limit. */
  onLimitExceeded(transaction: Transaction, service: ServiceId, exceeded: RunLimitBreach): void {
    this.#apply(transaction, { type: 'limit_exceeded', atMs: this.#ports.clock.now(), service, ...exceeded });
  }

  /** Takes over a transaction of an earlier provider: adopts the processes found and handles the missing ones. */
  recover(transaction: Transaction, found: ReadonlyMap<ServiceId, FoundRun>): void {
    this.add(transaction);
    const atMs = this.#ports.clock.now();
    for (const [service, run] of found) {
      this.#runs.adopt(transaction, service, run);
      // A started program has received its start command and must not receive it again.
      if (transaction.snapshot.services.get(service)?.status === 'started')
        transaction.acknowledgedRuns.set(service, run.run);
    }
    for (const [service, { run }] of aliveFirst(transaction.snapshot.services, found)) {
      const there = found.get(service);
      const living = there === undefined ? undefined : { run: there.run, pid: there.process.pid };
      this.#apply(transaction, { type: 'recovered', atMs, service, run, found: living });
    }
  }

  /** Sends SIGKILL to all processes. */
  killAll(): void {
    this.#runs.killAll();
  }

  /** Removes all transactions: the provider ends on purpose, and nothing is left to take over. */
  removeAll(): void {
    this.#transactions.clear();
  }

  /** Cancels all timers; must be called after all services have ended. */
  close(): void {
    this.#timers.close();
  }

  #adjustForClockJump(): void {
    const jumpMs = this.#jumps.take();
    for (const transaction of jumpMs === 0 ? [] : this.#transactions.values())
      shiftTimes(transaction, jumpMs);
  }

  #apply(transaction: Transaction, event: ProviderEvent): readonly Effect[] {
    this.#adjustForClockJump();
    const { changes } = transaction.snapshot;
    const step = transition(transaction.snapshot, event, Math.random());
    transaction.snapshot = step.snapshot;
    for (const effect of step.effects) this.#performEffect(transaction, effect);
    transaction.completion.check(transaction.snapshot, this.#ports.clock.monotonic());
    if (transaction.snapshot.changes === changes) this.#ports.onRecordsOnly();
    else this.#ports.onChange(transaction);
    return step.effects;
  }

  #performEffect(transaction: Transaction, effect: Effect): void {
    switch (effect.type) {
      case 'launch':
        return this.#runs.launch(transaction, effect.service, effect.run);
      case 'stop':
        return this.#runs.stop(transaction, effect);
      case 'report':
        this.#ports.report(transaction, definitionOf(transaction, effect.service), effect);
        return;
      case 'time_start':
        return this.#startTimer(transaction, effect, 'start_timed_out');
      case 'time_backoff':
        return this.#startTimer(transaction, effect, 'backoff_over');
      case 'record':
        addHistory(transaction, effect.record);
        this.#ports.onRecord(transaction, effect.record);
        return;
      case 'refuse':
        return;
    }
  }

  #startTimer(transaction: Transaction, effect: TimedEffect, type: 'start_timed_out' | 'backoff_over'): void {
    const { service, run } = effect;
    // An outdated timer changes nothing: the run or the status is another one then.
    this.#timers.start(effect.delayMs, () => {
      this.#apply(transaction, { type, service, run, atMs: this.#ports.clock.now() });
    });
  }

  #find(id: string): Transaction | undefined {
    const parsed = parseTransactionId(id);
    return parsed === undefined ? undefined : this.#transactions.get(parsed);
  }
}
