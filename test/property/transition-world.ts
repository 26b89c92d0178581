// A simulation for the transition function: performs its effects, with processes that behave randomly.

import type { EventAction } from '../../src/messages/service-event.js';
import type { ServiceId } from '../../src/base/ids.js';
import type { TaskService } from '../../src/model/context.js';
import {
  createTransactionSnapshot,
  type Effect,
  type ProviderEvent,
  type TransactionSnapshot,
} from '../../src/supervision/snapshot.js';
import { transition, type Step } from '../../src/supervision/transition.js';
import { deepFreeze } from '../helpers/freeze.js';
import { TRANSACTION, type DistributiveOmit } from '../helpers/harness.js';

/** One run of a service, from its launch to its end. */
export interface WorldProcess {
  readonly service: ServiceId;
  readonly run: number;
  readonly pid: number;
  /** pending: being launched. */
  phase: 'pending' | 'living' | 'gone';
  isAskedToStop: boolean;
  isReady: boolean;
  /** Reports in transit; a report may arrive after its process has ended. */
  readonly underWay: EventAction[];
}

interface Timer {
  readonly atMs: number;
  readonly event: DistributiveOmit<ProviderEvent, 'atMs'>;
}

/** Called after each event with its effects. */
export type Watcher = (event: ProviderEvent, before: TransactionSnapshot, step: Step) => void;

export class World {
  snapshot: TransactionSnapshot;
  atMs = 1_000_000;
  readonly processes: WorldProcess[] = [];
  #timers: Timer[] = [];
  #nextPid = 100;
  readonly #watch: Watcher;

  constructor(services: readonly TaskService[], watch: Watcher) {
    this.snapshot = deepFreeze(createTransactionSnapshot(TRANSACTION, services, this.atMs));
    this.#watch = watch;
  }

  apply(event: DistributiveOmit<ProviderEvent, 'atMs'>, random = 0): void {
    const before = this.snapshot;
    const timed: ProviderEvent = { ...event, atMs: this.atMs };
    const step = transition(before, timed, random);
    this.snapshot = deepFreeze(step.snapshot);
    for (const effect of step.effects) this.#perform(effect);
    this.#watch(timed, before, step);
  }

  /** Processes that run or are being started. */
  present(service?: ServiceId): readonly WorldProcess[] {
    return this.processes.filter(
      (each) => each.phase !== 'gone' && (service === undefined || each.service === service),
    );
  }

  finishLaunch(process: WorldProcess, isWell: boolean, random = 0): void {
    const { service, run, pid } = process;
    process.phase = isWell ? 'living' : 'gone';
    if (isWell) this.apply({ type: 'launched', service, run, pid, runToken: `${pid}`, codeHash: 'c1' });
    else this.apply({ type: 'launch_failed', service, run, error: { code: 'X', message: 'no' } }, random);
  }

  say(process: WorldProcess, action: EventAction): void {
    if (action === 'started') process.isReady = true;
    process.underWay.push(action);
  }

  /** The oldest report in transit arrives or is lost. */
  deliver(process: WorldProcess, isLost: boolean, random = 0): void {
    const action = process.underWay.shift();
    if (action === undefined || isLost) return;
    const { service, run } = process;
    this.apply({ type: 'reported', service, run, action, error: undefined }, random);
  }

  end(process: WorldProcess, how: { exitCode?: number; signal?: string }, random = 0): void {
    process.phase = 'gone';
    const { service, run } = process;
    const { exitCode, signal } = how;
    this.apply({ type: 'ended', service, run, exitCode, signal, killed: [] }, random);
  }

  exceed(process: WorldProcess, event: 'failed' | 'updated', random = 0): void {
    const { service, run } = process;
    const limit = { metric: 'rss', above: 1, for_s: 0, event } as const;
    this.apply({ type: 'limit_exceeded', service, run, breach: { limit, value: 2 } }, random);
  }

  get nextTimerMs(): number | undefined {
    return this.#timers.length === 0 ? undefined : Math.min(...this.#timers.map((each) => each.atMs));
  }

  /** Advances the time and runs due timers. */
  pass(durationMs: number, random = 0): void {
    const untilMs = this.atMs + durationMs;
    for (;;) {
      const next = this.#timers.toSorted((one, other) => one.atMs - other.atMs)[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.#timers = this.#timers.filter((each) => each !== next);
      this.atMs = Math.max(this.atMs, next.atMs);
      this.apply(next.event, random);
    }
    this.atMs = untilMs;
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'launch': {
        const { service, run } = effect;
        const rest = { phase: 'pending', isAskedToStop: false, isReady: false, underWay: [] } as const;
        this.processes.push({ service, run, pid: this.#nextPid++, ...rest, underWay: [] });
        return;
      }
      case 'stop':
        for (const each of this.present(effect.service)) {
          if (each.run === effect.run) each.isAskedToStop = true;
        }
        return;
      case 'time_start':
      case 'time_backoff': {
        const type = effect.type === 'time_start' ? 'start_timed_out' : 'backoff_over';
        const { service, run, delayMs } = effect;
        this.#timers.push({ atMs: this.atMs + delayMs, event: { type, service, run } });
        return;
      }
      case 'report':
      case 'refuse':
      case 'record':
        return;
    }
  }
}
