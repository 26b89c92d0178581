// A transaction without processes: a test applies events and reads the effects.

import type { ErrorReport } from '../../src/base/errors.js';
import { parseServiceId, parseTransactionId, type ServiceId } from '../../src/base/ids.js';
import { taskServiceSchema, type TaskService } from '../../src/model/context.js';
import { describeRecord, type HistoryRecord } from '../../src/messages/history.js';
import type { EventAction } from '../../src/messages/service-event.js';
import {
  createTransactionSnapshot,
  type Effect,
  type ProviderEvent,
  type ServiceSnapshot,
  type TransactionSnapshot,
} from '../../src/supervision/snapshot.js';
import { transition } from '../../src/supervision/transition.js';
import { testService, type ServiceSpec } from './context.js';
import { deepFreeze } from './freeze.js';

export const id = (text: string): ServiceId => parseServiceId(text)!;
export const TRANSACTION = parseTransactionId('TX0001')!;

export function defineTask(spec: Omit<ServiceSpec, 'instance'>): TaskService {
  return taskServiceSchema.parse(testService({ instance: 'Forever', ...spec }));
}

/** The end of a process; defaults apply to missing fields. */
interface End {
  readonly exitCode?: number;
  readonly signal?: string;
  readonly killed?: readonly string[];
  readonly left?: readonly string[];
}

/** A copy of a snapshot in which one service is changed. */
export function withService(
  snapshot: TransactionSnapshot,
  service: string,
  patch: Partial<ServiceSnapshot>,
): TransactionSnapshot {
  const services = new Map(snapshot.services);
  services.set(id(service), { ...services.get(id(service))!, ...patch });
  return { ...snapshot, services };
}

export class Harness {
  atMs = 1_000_000;
  random = 0;
  snapshot: TransactionSnapshot;
  /** The effects of the last event. */
  effects: readonly Effect[] = [];
  readonly records: HistoryRecord[] = [];

  constructor(...specs: readonly Omit<ServiceSpec, 'instance'>[]) {
    this.snapshot = createTransactionSnapshot(TRANSACTION, specs.map(defineTask), this.atMs);
  }

  apply(event: DistributiveOmit<ProviderEvent, 'atMs'>): this {
    deepFreeze(this.snapshot);
    const step = transition(this.snapshot, { ...event, atMs: this.atMs }, this.random);
    this.snapshot = step.snapshot;
    this.effects = step.effects;
    this.records.push(...step.effects.flatMap((each) => (each.type === 'record' ? [each.record] : [])));
    return this;
  }

  get(service: string): ServiceSnapshot {
    return this.snapshot.services.get(id(service))!;
  }

  start(...services: string[]): this {
    return this.apply({ type: 'run_requested', action: 'start', services: services.map(id), cause: 'm1' });
  }

  restart(...services: string[]): this {
    return this.apply({ type: 'run_requested', action: 'restart', services: services.map(id), cause: 'm2' });
  }

  stop(...services: string[]): this {
    return this.apply({
      type: 'stop_requested',
      isWholeTransaction: false,
      services: services.map(id),
      cause: 'm3',
    });
  }

  stopAll(): this {
    const services = [...this.snapshot.services.keys()];
    return this.apply({ type: 'stop_requested', isWholeTransaction: true, services, cause: 'm4' });
  }

  launched(service: string, pid = this.pidOf(service)): this {
    return this.apply({
      type: 'launched',
      service: id(service),
      run: this.get(service).run,
      pid,
      runToken: this.tokenOf(service),
      codeHash: 'c1',
    });
  }

  launchFailed(service: string): this {
    const error = { code: 'SVC_BUILD_FAILED', message: 'x.ts:1:2: no' };
    return this.apply({ type: 'launch_failed', service: id(service), run: this.get(service).run, error });
  }

  reported(service: string, action: EventAction, more: { run?: number; error?: ErrorReport } = {}): this {
    const run = more.run ?? this.get(service).run;
    return this.apply({ type: 'reported', service: id(service), run, action, error: more.error });
  }

  ended(service: string, end: End = {}, run = this.get(service).run): this {
    const { exitCode, signal, killed = [], left = [] } = end;
    return this.apply({ type: 'ended', service: id(service), run, exitCode, signal, killed, left });
  }

  startTimedOut(service: string, run = this.get(service).run): this {
    return this.apply({ type: 'start_timed_out', service: id(service), run });
  }

  exceeded(service: string, event: 'failed' | 'updated', run = this.get(service).run): this {
    const limit = { metric: 'rss', above: 200, for_s: 10, event } as const;
    return this.apply({
      type: 'limit_exceeded',
      service: id(service),
      run,
      breach: { limit, value: 231.456 },
    });
  }

  backoffOver(service: string, run = this.get(service).run): this {
    return this.apply({ type: 'backoff_over', service: id(service), run });
  }

  /** Brings services without a process to `started`. */
  bringUp(...services: string[]): this {
    for (const service of services) this.start(service).launched(service).reported(service, 'started');
    return this;
  }

  /** The pid of the present run: 100 for the first run of the first service, 201 for the second run of the second. */
  pidOf(service: string): number {
    const index = [...this.snapshot.services.keys()].indexOf(id(service));
    return (index + 1) * 100 + this.get(service).run - 1;
  }

  /** The run token of the present run. */
  tokenOf(service: string): string {
    return `${service}/${this.get(service).run}`;
  }

  /** The effects of the last event, without records, as `launch a`, `report a failed`, ... */
  get effectTexts(): readonly string[] {
    return this.effects.flatMap((effect) => {
      if (effect.type === 'record') return [];
      if (effect.type === 'report') return [`report ${effect.service} ${effect.action}`];
      if (effect.type === 'refuse') return [`refuse ${effect.service} ${effect.error.code}`];
      if (effect.type === 'stop') return [`stop ${effect.service}${effect.atOnce ? ' at once' : ''}`];
      return [`${effect.type} ${effect.service}`];
    });
  }

  /** The texts of the transitions that the last event fired. */
  get fired(): readonly string[] {
    return this.effects.flatMap((each) =>
      each.type === 'record' && each.record.kind === 'transition' ? [describeRecord(each.record)] : [],
    );
  }

  /** The status of each service. */
  get statuses(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.snapshot.services].map(([each, { status }]) => [each, status]));
  }
}

export type DistributiveOmit<T, K extends string> = T extends unknown ? Omit<T, K> : never;
