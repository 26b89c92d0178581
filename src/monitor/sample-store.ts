// Stores samples: the latest of each service, the history in memory and an optional record on disk.

import type { Logger } from '../base/logger.js';
import type { ServiceSample } from '../messages/samples.js';
import type { MonitorConfiguration } from './configuration.js';
import { History, type Values } from './history.js';
import { Recorder } from './recorder.js';
import { valuesOf } from './values.js';
import type { WatchedService } from './service-registry.js';

export class SampleStore {
  readonly history: History;
  /** By service; running services only. */
  latest: ReadonlyMap<string, Values> = new Map();
  readonly #transaction: string;
  readonly #recorder: Recorder | undefined;

  /** Throws SVC_CONFIGURATION_INVALID when the record cannot be written. */
  constructor(transaction: string, { service, history_s: spanS, record }: MonitorConfiguration, log: Logger) {
    this.#transaction = transaction;
    this.history = new History({ periodS: service.frequency_s, spanS });
    this.#recorder = record === undefined ? undefined : new Recorder(record, log);
  }

  add(samples: readonly ServiceSample[], services: readonly WatchedService[]): void {
    const watched = new Map(services.map((service) => [service.serviceId, service]));
    const entries = samples.map((sample) => {
      const service = watched.get(sample.serviceId);
      return { sample, status: service?.status ?? '', values: valuesOf(sample, service?.lagMs) };
    });
    this.latest = new Map(entries.map(({ sample, values }) => [sample.serviceId, values]));
    for (const { sample, values } of entries) this.history.add(sample.serviceId, sample.timestamp, values);
    this.#recorder?.write(
      entries.map(({ sample, status, values }) => ({
        time: new Date(sample.timestamp * 1000).toISOString(),
        transaction: this.#transaction,
        service_id: sample.serviceId,
        pid: sample.pid,
        state: status,
        values,
      })),
    );
  }

  close(): void {
    this.#recorder?.close();
  }
}
