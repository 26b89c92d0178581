// Runs `transition` on the events of all transactions and performs the effects.

import { ClockJumps, Timers } from '../base/clock.js';
import type { ServiceId } from '../base/ids.js';
import { runOfHeartbeat, type HeartbeatBody } from '../messages/heartbeat.js';
import { runOfEvent, type ServiceEventMessage } from '../messages/service-event.js';
import type { ServiceResult } from '../messages/state.js';
import { recordStartAcknowledgement, programsAwaitingStart } from './original-protocol.js';
import { aliveFirst } from './reconcile.js';
import { RunRegistry, type FoundRun } from './run-registry.js';
import type { CommandEvent, Effect, EventBody } from './snapshot.js';
import type { CompletionRequest } from './completion.js';
import type { RunLimitBreach } from './check-limits.js';
import type { SupervisorPorts } from './supervisor-ports.js';
import {
  addHistory,
  definitionOf,
  shiftTimes,
  servicesWithOverdueHeartbeat,
  livenessOf,
  presentRun,
  type Transaction,
} from './transaction.js';
import { transition } from './transition.js';
import { missingEvent } from './liveness.js';

type TimedEffect = Extract<Effect, { type: 'time_start' | 'time_backoff' }>;

export class Supervisor {
  readonly #ports: SupervisorPorts;
  readonly #runs: RunRegistry;
  readonly #timers: Timers;
  readonly #jumps: ClockJumps;

  constructor(ports: SupervisorPorts) {
    this.#ports = ports;
    this.#jumps = new ClockJumps(ports.clock);
    this.#timers = new Timers(ports.clock);
    this.#runs = new RunRegistry(ports, (transaction, event) => void this.#apply(transaction, event));
  }

  /** Removes a transaction that has no processes any more. */
  remove(transaction: Transaction): void {
    this.#ports.transactions.remove(transaction);
    this.publishChange(transaction);
  }

  /** Applies the event of a command at once; resolves with the results of its services, those that are refused first. */
  async request(transaction: Transaction, event: CommandEvent): Promise<readonly ServiceResult[]> {
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
    return [...refused, ...(await settled)];
  }

  /** Publishes the context information of a transaction whose definitions were changed. */
  publishChange(transaction: Transaction): void {
    this.#ports.outbox.onChange(transaction);
    this.#ports.saveLater();
  }

  /** Handles an event that a service reports. Events of other providers' transactions are ignored. */
  onEvent(message: ServiceEventMessage): void {
    const { header, content } = message;
    const found = this.#ports.transactions.service(header.service_transaction, header.service_id);
    if (found === undefined) return;
    const { transaction, id: service } = found;
    // The process is up: another launch may start.
    transaction.runs.get(service)?.releasePermit();
    recordStartAcknowledgement(transaction, service, header.sender);
    const run = presentRun(transaction, service, runOfEvent(message));
    if (run === undefined) return;
    const { error, tid } = content.status;
    const liveness = livenessOf(transaction, service, header.sender);
    liveness.tid ??= tid;
    if (!liveness.recordEvent(header.seq)) return;
    this.#apply(transaction, { type: 'reported', service, run, action: header.action, error });
  }

  /**
   * Sends the start command to a service that has subscribed to its commands. The subscription may also be
   * another program's: so each one is answered, and a service performs the first start command only.
   */
  onSubscribed(transactionId: string, serviceId: string): void {
    const found = this.#ports.transactions.service(transactionId, serviceId);
    if (found?.service.status !== 'starting' || !found.transaction.runs.has(found.id)) return;
    this.#ports.outbox.command(found.transaction, found.service.definition, 'start');
  }

  /** Handles a subscription to the plain topic `process`: it may be a launched program that uses no other topic. */
  startOriginalPrograms(): void {
    for (const transaction of this.#ports.transactions.all)
      for (const service of programsAwaitingStart(transaction))
        this.#ports.outbox.publishStart(transaction, service);
  }

  /** Handles a heartbeat. Its state replaces an event that was lost. */
  onHeartbeat(message: HeartbeatBody): void {
    const { header, content } = message;
    const found = this.#ports.transactions.service(header.service_transaction, header.service_id);
    if (found === undefined) return;
    const { transaction, id, service } = found;
    recordStartAcknowledgement(transaction, id, header.sender);
    const run = presentRun(transaction, id, runOfHeartbeat(message));
    if (run === undefined) return;
    livenessOf(transaction, id, header.sender).recordHeartbeat(message, this.#ports.clock.monotonic());
    const action = missingEvent(service.status, content);
    if (action === undefined) return;
    this.#apply(transaction, { type: 'reported', service: id, run, action, error: undefined });
  }

  /** Fails services whose heartbeats are overdue; must be called regularly. */
  checkHeartbeats(): void {
    this.#adjustForClockJump();
    const { clock, transactions } = this.#ports;
    const nowMs = clock.now();
    for (const transaction of transactions.all) {
      const overdue = servicesWithOverdueHeartbeat(transaction, { nowMs, monotonicMs: clock.monotonic() });
      for (const each of overdue) this.#apply(transaction, { type: 'heartbeat_lost', ...each });
    }
  }

  /** The provider itself was stopped for `gapMs` and received nothing. */
  extendHeartbeatDeadlines(gapMs: number): void {
    for (const { liveness } of this.#ports.transactions.all)
      for (const each of liveness.values()) each.addGrace(gapMs);
  }

  /** Handles a run that exceeds a resource limit. */
  onLimitExceeded(transaction: Transaction, service: ServiceId, exceeded: RunLimitBreach): void {
    this.#apply(transaction, { type: 'limit_exceeded', service, ...exceeded });
  }

  /** Takes over a transaction of an earlier provider: adopts the processes found and handles the missing ones. */
  recover(transaction: Transaction, runs: ReadonlyMap<ServiceId, FoundRun>): void {
    this.#ports.transactions.add(transaction);
    for (const [service, run] of runs) {
      this.#runs.adopt(transaction, service, run);
      // A started program has received its start command and must not receive it again.
      if (transaction.snapshot.services.get(service)?.status === 'started')
        transaction.acknowledgedRuns.set(service, run.run);
    }
    for (const [service, { run }] of aliveFirst(transaction.snapshot.services, runs)) {
      const there = runs.get(service);
      const found = there && { run: there.run, pid: there.process.pid, runToken: there.runToken };
      this.#apply(transaction, { type: 'recovered', service, run, found });
    }
  }

  /** Sends SIGKILL to all processes. */
  killAll(): void {
    this.#runs.killAll();
  }

  /** Cancels all timers; must be called after all services have ended. */
  close(): void {
    this.#timers.close();
  }

  #adjustForClockJump(): void {
    const jumpMs = this.#jumps.take();
    for (const transaction of jumpMs === 0 ? [] : this.#ports.transactions.all)
      shiftTimes(transaction, jumpMs);
  }

  #apply(transaction: Transaction, event: EventBody): readonly Effect[] {
    this.#adjustForClockJump();
    const { changes } = transaction.snapshot;
    const timed = { ...event, atMs: this.#ports.clock.now() };
    const step = transition(transaction.snapshot, timed, this.#ports.random.fraction());
    transaction.snapshot = step.snapshot;
    for (const effect of step.effects) this.#performEffect(transaction, effect);
    transaction.completion.check(transaction.snapshot, this.#ports.clock.monotonic());
    // Causes and records are not part of the context information.
    if (transaction.snapshot.changes === changes) this.#ports.saveLater();
    else this.publishChange(transaction);
    return step.effects;
  }

  #performEffect(transaction: Transaction, effect: Effect): void {
    switch (effect.type) {
      case 'launch':
        return this.#runs.launch(transaction, effect.service, effect.run);
      case 'stop':
        return this.#runs.stop(transaction, effect);
      case 'report':
        this.#ports.outbox.report(transaction, definitionOf(transaction, effect.service), effect);
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
    this.#timers.start(effect.delayMs, () => void this.#apply(transaction, { type, service, run }));
  }
}
