// Checks the invariants of the supervision after every step of a simulation.

import type { ServiceId } from '../../src/base/ids.js';
import { supervisionOf, transitionsOf, type Trigger } from '../../src/model/context.js';
import { describeRecord, type HistoryRecord } from '../../src/messages/history.js';
import type { ProviderEvent, TransactionSnapshot } from '../../src/supervision/snapshot.js';
import type { Step } from '../../src/supervision/transition.js';
import { end, exceed, report, launchRun, timeOut, type ReferenceRun } from './transition-reference.js';
import type { World } from './transition-world.js';

export class Judge {
  readonly #world: () => World;
  readonly #records = new Map<number, HistoryRecord>();
  readonly #runs = new Map<ServiceId, { readonly number: number; readonly run: ReferenceRun }>();
  /** Times of launches by transitions since the last launch by command. */
  readonly #relaunches = new Map<ServiceId, number[]>();

  constructor(world: () => World) {
    this.#world = world;
  }

  /** Throws if an invariant is violated. */
  judge(event: ProviderEvent, before: TransactionSnapshot, step: Step): void {
    const records = step.effects.flatMap((each) => (each.type === 'record' ? [each.record] : []));
    for (const record of records) this.#remember(record);
    const expected = this.#expectTrigger(event, before);
    this.#hush(event);
    this.#follow(event, step);
    this.#judgeTriggers(step, records, expected);
    this.#judgeLaunches(event, step);
    this.#judgePresence(step.snapshot);
  }

  #remember(record: HistoryRecord): void {
    insist(record.id === this.#records.size + 1, `record ${record.id} is out of order`);
    insist(record.cause < record.id, `record ${record.id} comes before its cause`);
    if (record.kind !== 'command') {
      insist(this.#records.has(record.cause), `"${describeRecord(record)}" has no cause`);
    }
    this.#records.set(record.id, record);
  }

  /** The trigger that this event fires, by the reference. */
  #expectTrigger(
    event: ProviderEvent,
    before: TransactionSnapshot,
  ): { readonly service: ServiceId; readonly trigger: Trigger } | undefined {
    if (event.type === 'run_requested' || event.type === 'stop_requested') return undefined;
    if (event.type === 'launched' || event.type === 'backoff_over') return undefined;
    const current = this.#runs.get(event.service);
    if (current === undefined) return undefined;
    const { service } = event;
    if (event.type === 'reported') {
      // Only events of the present process count.
      const { processes } = this.#world();
      const process = processes.find((each) => each.service === service && each.run === event.run);
      const isPresent = process?.run === current.number && process.phase === 'living';
      return isPresent ? named(service, report(current.run, event.action)) : undefined;
    }
    if (event.run !== current.number || before.services.get(service)?.isAlive !== true) return undefined;
    if (event.type === 'start_timed_out') return named(service, timeOut(current.run));
    if (event.type === 'limit_exceeded') return named(service, exceed(current.run, event.breach.limit.event));
    this.#runs.delete(service);
    const isClean = event.type === 'ended' && event.exitCode === 0 && event.signal === undefined;
    return named(service, end(current.run, isClean));
  }

  /** Checks the launches in order: those of the command and those of each transition. */
  #follow(event: ProviderEvent, step: Step): void {
    const asked =
      event.type === 'run_requested' || event.type === 'stop_requested' ? [...event.services] : [];
    if (event.type === 'run_requested') this.#obey(event, asked.splice(0));
    for (const effect of step.effects) {
      const record = effect.type === 'record' ? effect.record : undefined;
      if (record?.kind === 'event' && this.#records.get(record.cause)?.kind === 'command') {
        this.#obey(event, asked.splice(0, asked.indexOf(record.service as ServiceId) + 1));
      } else if (record?.kind === 'transition' && record.outcome === 'done') {
        this.#leave(record.target as ServiceId, record.action !== 'stop');
      } else if (record !== undefined && isPolicyRestart(record)) {
        this.#leave(record.service as ServiceId, true);
      } else if (effect.type === 'launch') {
        this.#runs.set(effect.service, { number: effect.run, run: launchRun() });
      } else if (effect.type === 'stop' && !effect.atOnce && event.type !== 'limit_exceeded') {
        const run = this.#runs.get(effect.service)?.run;
        if (run !== undefined) run.isLeaving = true;
      }
    }
    this.#obey(event, asked);
  }

  #obey(event: ProviderEvent, services: readonly ServiceId[]): void {
    for (const service of services) {
      const run = this.#runs.get(service)?.run;
      if (event.type === 'stop_requested') this.#leave(service, false);
      if (event.type !== 'run_requested' || run === undefined) continue;
      if (event.action === 'restart' || run.isLeaving) this.#leave(service, true);
    }
  }

  #leave(service: ServiceId, isComingBack: boolean): void {
    const run = this.#runs.get(service)?.run;
    if (run !== undefined) Object.assign(run, { isLeaving: true, isComingBack });
  }

  #hush(event: ProviderEvent): void {
    if (event.type !== 'stop_requested' || !event.isWholeTransaction) return;
    for (const { run } of this.#runs.values()) run.triggersSuppressed = true;
  }

  #judgeTriggers(
    step: Step,
    records: readonly HistoryRecord[],
    expected: { readonly service: ServiceId; readonly trigger: Trigger } | undefined,
  ): void {
    const fired = records.filter((each) => each.kind === 'transition').map(describeFiring);
    const events = records.filter((each) => each.kind === 'event');
    // The first record is the event itself, unless the service has reported it before.
    const isSaidBefore = expected !== undefined && events[0]?.service !== expected.service;
    const cascade = isSaidBefore ? events : events.slice(1);
    const own = expected === undefined ? [] : wantedFirings(step.snapshot, expected);
    // A stop of a service in back-off ends it at once, which fires its on_exit.
    const others = cascade
      .filter((each) => each.action === 'stopped' && each.service !== expected?.service)
      .flatMap((each) =>
        wantedFirings(step.snapshot, { service: each.service as ServiceId, trigger: 'on_exit' }),
      );
    const isOwnFired = own.every((each) => count(fired, each) >= 1);
    insist(isOwnFired, `expected ${own.join('; ')}, but fired ${fired.join('; ')}`);
    for (const each of new Set(fired)) {
      const allowed = count(own, each) + count(others, each) + this.#commandedExits(records, step, each);
      insist(count(fired, each) <= allowed, `fired ${each} ${count(fired, each)} times, allowed ${allowed}`);
    }
  }

  /** A command that stops services in back-off ends them at once: on_exit fires, except when the transaction is stopped. */
  #commandedExits(records: readonly HistoryRecord[], step: Step, firing: string): number {
    if (records[0]?.kind !== 'command') return 0;
    const [first] = records.filter((each) => each.kind === 'event');
    if (first?.action !== 'stopped') return 0;
    return count(
      wantedFirings(step.snapshot, { service: first.service as ServiceId, trigger: 'on_exit' }),
      firing,
    );
  }

  #judgeLaunches(event: ProviderEvent, step: Step): void {
    for (const effect of step.effects) {
      if (effect.type !== 'launch') continue;
      const { service, run } = effect;
      insist(this.#world().present(service).length === 1, `${service} has two processes`);
      const asked = this.#askedBy(step.snapshot.services.get(service)!.cause);
      insist(asked !== undefined, `the launch of ${service} has no asker`);
      const times = asked?.kind === 'command' ? [] : (this.#relaunches.get(service) ?? []);
      if (asked?.kind !== 'command' && run > 1) times.push(event.atMs);
      this.#relaunches.set(service, times);
      const { max_restarts: most, restart_window_s: windowS } = supervisionOf(
        step.snapshot.services.get(service)!.definition,
      );
      const within = times.filter((each) => event.atMs - each < windowS * 1000);
      insist(within.length <= most, `${service} was restarted ${within.length} times, allowed ${most}`);
    }
  }

  /** The nearest command, transition or restart by policy up the chain of causes; the chain itself must end in a command. */
  #askedBy(from: number): HistoryRecord | undefined {
    const chain: HistoryRecord[] = [];
    for (let at = this.#records.get(from); at !== undefined; at = this.#records.get(at.cause)) chain.push(at);
    insist(chain.at(-1)?.kind === 'command', `the chain of causes ends in ${String(chain.at(-1)?.action)}`);
    return chain.find((each) => ['command', 'transition'].includes(each.kind) || isPolicyRestart(each));
  }

  /** The reported status is correct: a stopped service has no process, and no service has two. */
  #judgePresence(snapshot: TransactionSnapshot): void {
    for (const { definition, status, isAlive, pendingStart: next } of snapshot.services.values()) {
      const present = this.#world().present(definition.id).length;
      insist(present <= 1, `${definition.id} has ${present} processes`);
      insist(isAlive === (present === 1), `${definition.id} is said alive: ${String(isAlive)}`);
      if (['starting', 'started', 'stopping'].includes(status)) {
        insist(isAlive, `${definition.id} is ${status} without a process`);
      } else if (status !== 'failed') insist(!isAlive, `${definition.id} is ${status} and runs`);
      insist(next === undefined || status === 'stopping', `${definition.id} is ${status} and queued`);
    }
  }
}

function wantedFirings(
  snapshot: TransactionSnapshot,
  { service, trigger }: { readonly service: ServiceId; readonly trigger: Trigger },
): readonly string[] {
  const { definition } = snapshot.services.get(service)!;
  return transitionsOf(definition)
    .filter((each) => each.trigger === trigger)
    .flatMap(({ action, targets }) => targets.map((target) => `${service} ${trigger}: ${action} ${target}`));
}

function isPolicyRestart({ kind, action }: HistoryRecord): boolean {
  return kind === 'effect' && action === 'restart';
}

/** Without the outcome. */
function describeFiring({ service, trigger, action, target }: HistoryRecord): string {
  return `${service} ${trigger}: ${action} ${target}`;
}

function named(
  service: ServiceId,
  trigger: Trigger | undefined,
): { readonly service: ServiceId; readonly trigger: Trigger } | undefined {
  return trigger === undefined ? undefined : { service, trigger };
}

function count<T>(items: readonly T[], item: T): number {
  return items.filter((each) => each === item).length;
}

function insist(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
