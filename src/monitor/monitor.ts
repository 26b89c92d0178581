// The Monitor: measures the services of a transaction and publishes the samples.

import { systemClock } from '../base/clock.js';
import { Closers } from '../base/closers.js';
import type { BoundPublisher } from '../bus/bound-publisher.js';
import { MessageHandler } from './message-handler.js';
import { composeMetrics, type MetricsText } from './metrics.js';
import { MetricsServer } from './metrics-server.js';
import { openMonitorPublisher, type MonitorPublisher } from './open-publisher.js';
import type { MonitorPorts } from './ports.js';
import { SampleStore } from './sample-store.js';
import { ServiceSampler } from './service-sampler.js';

export interface MonitorAddresses extends Readonly<Record<string, string>> {
  /** The address of topic `monitor`, with the actual port. */
  readonly monitor_endpoint: string;
}

/**
 *   provider --control: context_info--> MessageHandler --pids--> ServiceSampler --samples--> publisher --> displays
 *   services --heartbeat.*, control-->   |     ^                     \---> SampleStore
 *   conf_command --samples.*-------------+     |                                 |
 *                                   statistics of the provider --> MetricsServer +--HTTP--> Prometheus
 */
export class Monitor {
  readonly #ports: MonitorPorts;
  readonly #closers: Closers;
  readonly #publisher: BoundPublisher;
  readonly #sampler: ServiceSampler;
  readonly #store: SampleStore;
  readonly #messages: MessageHandler;
  #server: MetricsServer | undefined;
  #warnedUnwatched = 0;
  #dueMs = systemClock.monotonic();

  private constructor(ports: MonitorPorts, { publisher, acl }: MonitorPublisher, closers: Closers) {
    const { configuration, transaction, log } = ports;
    this.#ports = ports;
    this.#closers = closers;
    this.#publisher = publisher;
    this.#sampler = new ServiceSampler(configuration);
    this.#store = new SampleStore(transaction, configuration, log);
    closers.add(() => this.#store.close());
    this.#messages = new MessageHandler(ports, acl, this.#store.history);
    closers.add(() => this.#messages.close());
  }

  /** Throws BUS_ADDRESS_IN_USE, BUS_BIND_REFUSED, SVC_CONFIGURATION_INVALID, and BUS_DEADLINE if a secured provider does not answer. */
  static async open(ports: MonitorPorts): Promise<Monitor> {
    const closers = new Closers();
    try {
      const monitor = new Monitor(ports, await openMonitorPublisher(ports, closers), closers);
      await monitor.#serveMetrics();
      return monitor;
    } catch (error) {
      await closers.close();
      throw error;
    }
  }

  get addresses(): MonitorAddresses {
    const metrics = this.#server === undefined ? {} : { metrics_url: this.#server.url };
    return { monitor_endpoint: this.#publisher.endpoint, ...metrics };
  }

  /** Measures and publishes once; returns the milliseconds until the next sample is due. */
  async sample(): Promise<number> {
    const { transaction, configuration } = this.#ports;
    this.#warnAboutUnwatched();
    const { services } = this.#messages.registry;
    const samples = await this.#sampler.sample(services);
    this.#store.add(samples, services);
    await this.#publisher.publish('monitor', { [transaction]: samples });
    const periodMs = configuration.service.frequency_s * 1000;
    // A late sample is skipped; later ones do not catch up.
    this.#dueMs = Math.max(this.#dueMs + periodMs, systemClock.monotonic());
    return this.#dueMs - systemClock.monotonic();
  }

  async close(): Promise<void> {
    await this.#closers.close();
  }

  async #serveMetrics(): Promise<void> {
    const { metrics_port: port, metrics_hosts: hosts } = this.#ports.configuration;
    if (port === undefined) return;
    const server = await MetricsServer.open({
      port,
      hosts,
      metrics: () => this.#composeMetrics(),
      fault: async () => {
        const stats = await this.#messages.fetchStats();
        return stats === undefined ? 'the provider does not answer' : stats.faults[0];
      },
    });
    this.#server = server;
    this.#closers.add(() => server.close());
  }

  async #composeMetrics(): Promise<MetricsText> {
    const figures = await this.#messages.fetchStats();
    const { services, unwatched } = this.#messages.registry;
    const { transaction } = this.#ports;
    return await composeMetrics({ transaction, services, unwatched, values: this.#store.latest, figures });
  }

  #warnAboutUnwatched(): void {
    const { unwatched } = this.#messages.registry;
    if (unwatched > this.#warnedUnwatched)
      this.#ports.log.warn(`${unwatched} services are not monitored: there are too many services`);
    this.#warnedUnwatched = unwatched;
  }
}
