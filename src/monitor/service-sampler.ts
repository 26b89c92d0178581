// Measures the running services of a transaction.

import { composeMemory } from '../messages/compose-sample.js';
import type { ServiceSample } from '../messages/samples.js';
import type { Sampler, SampleOptions } from '../sampler/sample.js';
import { createSampler } from '../sampler/sampler.js';
import type { MonitorConfiguration } from './configuration.js';
import { PidReuse } from './pid-reuse.js';
import type { WatchedService } from './service-registry.js';

export class ServiceSampler {
  readonly #options: SampleOptions;
  readonly #sampler: Sampler = createSampler();
  readonly #pidReuse = new PidReuse();

  constructor({ monitor_options: options }: MonitorConfiguration) {
    this.#options = {
      openedFiles: options.opened_files,
      openConnections: options.open_connections,
      memoryMaps: options.memory_maps,
      pss: options.pss,
    };
  }

  /** Returns one sample per service with a process; omits services whose pid now belongs to another process. */
  async sample(services: readonly WatchedService[]): Promise<readonly ServiceSample[]> {
    const running = services.flatMap((service) =>
      service.pid === undefined ? [] : [{ ...service, pid: service.pid }],
    );
    const targets = running.map(({ pid, tid }) => ({ pid, ...(tid === undefined ? {} : { tid }) }));
    const samples = await this.#sampler.sample(targets, this.#options);
    return running.flatMap((service, index) => {
      const sample = samples[index];
      if (sample === undefined || !this.#pidReuse.isSame(service.serviceId, service, sample.main.startedAtMs))
        return [];
      const { serviceId, pid, action, state } = service;
      return [{ serviceId, pid, action, state, ...composeMemory(sample) }];
    });
  }
}
