// Builds the next snapshot of a transaction, and collects effects and history records.

import type { ErrorReport } from '../base/errors.js';
import type { ServiceId } from '../base/ids.js';
import type { HistoryFact } from '../messages/history.js';
import type { EventAction } from '../messages/service-event.js';
import type {
  Effect,
  ReportedStatus,
  ServiceSnapshot,
  ServiceStatus,
  TransactionSnapshot,
} from './snapshot.js';

export class SnapshotBuilder {
  readonly atMs: number;
  readonly random: number;
  readonly effects: Effect[] = [];
  readonly #before: TransactionSnapshot;
  readonly #services: Map<ServiceId, ServiceSnapshot>;
  #records: number;
  #isChanged = false;

  constructor(before: TransactionSnapshot, atMs: number, random: number) {
    this.#before = before;
    this.atMs = atMs;
    this.random = random;
    this.#services = new Map(before.services);
    this.#records = before.records;
  }

  get(id: ServiceId): ServiceSnapshot | undefined {
    return this.#services.get(id);
  }

  /** Changes fields of a service. A new status also sets `sinceMs`. */
  set(id: ServiceId, patch: Partial<ServiceSnapshot>): void {
    const service = this.#services.get(id);
    if (service === undefined) return;
    this.#isChanged ||= Object.entries(patch).some(([key, value]) => differs(service, key, value));
    const isMove = patch.status !== undefined && patch.status !== service.status;
    this.#services.set(id, { ...service, ...(isMove ? { sinceMs: this.atMs } : {}), ...patch });
  }

  setStatus(id: ServiceId, status: ServiceStatus, cause: number): void {
    this.set(id, { status, cause });
  }

  /** Sets `started` and clears an earlier failure. */
  recover(id: ServiceId, cause: number): void {
    this.set(id, { status: 'started', cause, reason: undefined, error: undefined });
  }

  refuse(service: ServiceId, error: ErrorReport): void {
    this.effects.push({ type: 'refuse', service, error });
  }

  /** Publishes an event that the service cannot report itself. */
  report(service: ServiceId, action: EventAction, status: ReportedStatus): void {
    const runToken = this.get(service)?.runToken;
    this.effects.push({ type: 'report', service, action, status, runToken });
  }

  /** Adds a record to the history; returns its id. `cause` is the id of the record that led to it. */
  record(fact: HistoryFact, cause: number): number {
    this.#records += 1;
    this.effects.push({ type: 'record', record: { id: this.#records, atMs: this.atMs, ...fact, cause } });
    return this.#records;
  }

  build(): TransactionSnapshot {
    return {
      ...this.#before,
      services: this.#services,
      records: this.#records,
      changes: this.#before.changes + (this.#isChanged ? 1 : 0),
    };
  }
}

function differs(service: ServiceSnapshot, key: string, value: unknown): boolean {
  return key !== 'cause' && !Object.is(Reflect.get(service, key), value);
}
