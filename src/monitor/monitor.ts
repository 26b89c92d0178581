// The Monitor: learns who there is from the bus, measures, and publishes at an address of its own.

import { Closers } from '../base/closers.js';
import { ContextdError, messageOf, reportError, type ErrorCode } from '../base/errors.js';
import type { BoundPublisher } from '../bus/bound-publisher.js';
import { composeMemory } from '../messages/compose-sample.js';
import { figuresReplySchema, type FiguresReply } from '../messages/provider-stats.js';
import type { Message } from '../messages/message.js';
import type { SamplesRequestBody } from '../messages/sample-history.js';
import type { ServiceSample } from '../messages/samples.js';
import { replyHeader } from '../messages/state.js';
import type { Sampler, SampleOptions } from '../sampler/sample.js';
import { createSampler } from '../sampler/sampler.js';
import { PidReuse } from './pid-reuse.js';
import { handleSampleQuery } from './query-handler.js';
import type { MonitorConfiguration } from './configuration.js';
import type { MonitorAcl } from './monitor-acl.js';
import { SampleStore } from './sample-store.js';
import { MetricsServer } from './metrics-server.js';
import { composeMetrics, type MetricsText } from './metrics.js';
import { openMonitorPublisher, type MonitorPublisher } from './open-publisher.js';
import type { MonitorPorts } from './ports.js';
import { askInfo, ProviderClient } from './provider-client.js';
import { ServiceRegistry, type WatchedService } from './service-registry.js';

/** How long the provider may take to say how it is, at a scrape. */
const SCRAPE_LIMIT_MS = 2000;

export interface MonitorAddresses extends Readonly<Record<string, string>> {
  /** Where it publishes on topic `monitor`, a wildcard port resolved. */
  readonly monitor_endpoint: string;
}

/**
 *   provider --control: context_info--> Watched --pids--> Sampler --samples--> Broadcaster --monitor--> displays
 *   services --heartbeat.*, control-->     |                          \-----> Ledger <--samples.*-- conf_command
 *   provider <--state: request, figures----+--------------------------------> MetricsServer <--HTTP-- Prometheus
 */
export class Monitor {
  readonly #ports: MonitorPorts;
  readonly #closers: Closers;
  readonly #watched: ServiceRegistry;
  readonly #sampler: Sampler = createSampler();
  readonly #options: SampleOptions;
  readonly #link: ProviderClient;
  readonly #ledger: SampleStore;
  readonly #broadcaster: BoundPublisher;
  readonly #births = new PidReuse();
  /** Undefined where the provider is not secured. */
  readonly #entrance: MonitorAcl | undefined;
  #server: MetricsServer | undefined;
  #toldSurplus = 0;
  /** What is asked now has an answer that may be old already. */
  #asking: 'no' | 'once' | 'again' = 'no';
  #dueMs = performance.now();

  private constructor(ports: MonitorPorts, { broadcaster, entrance }: MonitorPublisher, closers: Closers) {
    const { configuration, endpoints, transaction, log } = ports;
    this.#ports = ports;
    this.#closers = closers;
    this.#broadcaster = broadcaster;
    this.#entrance = entrance;
    this.#options = optionsOf(configuration);
    this.#watched = new ServiceRegistry(transaction);
    this.#ledger = new SampleStore(transaction, configuration, log);
    closers.add(() => this.#ledger.close());
    this.#link = new ProviderClient({
      endpoints,
      transaction,
      hear: (message, asker) => this.#hear(message, asker),
      found: () => void this.#ask(),
    });
    closers.add(() => this.#link.close());
  }

  /** Throws BUS_ADDRESS_IN_USE, BUS_BIND_REFUSED, SVC_CONFIGURATION_INVALID, and BUS_DEADLINE if a secured provider is silent. */
  static async open(ports: MonitorPorts): Promise<Monitor> {
    const closers = new Closers();
    try {
      const monitor = new Monitor(ports, await openMonitorPublisher(ports, closers), closers);
      await monitor.#serve();
      return monitor;
    } catch (error) {
      await closers.close();
      throw error;
    }
  }

  get addresses(): MonitorAddresses {
    const metrics = this.#server === undefined ? {} : { metrics_url: this.#server.url };
    return { monitor_endpoint: this.#broadcaster.endpoint, ...metrics };
  }

  /** Measures and publishes once; returns how many milliseconds there are until the next time. */
  async sample(): Promise<number> {
    const { transaction, configuration } = this.#ports;
    this.#tellSurplus();
    const { services } = this.#watched;
    const samples = await this.#measure(services);
    this.#ledger.note(samples, services);
    await this.#broadcaster.publish('monitor', { [transaction]: samples });
    const periodMs = configuration.service.frequency_s * 1000;
    // What could not be done in time is left out, not made up for.
    this.#dueMs = Math.max(this.#dueMs + periodMs, performance.now());
    return this.#dueMs - performance.now();
  }

  async close(): Promise<void> {
    await this.#closers.close();
  }

  async #measure(services: readonly WatchedService[]): Promise<readonly ServiceSample[]> {
    const living = services.flatMap((service) =>
      service.pid === undefined ? [] : [{ ...service, pid: service.pid }],
    );
    const targets = living.map(({ pid, tid }) => ({ pid, ...(tid === undefined ? {} : { tid }) }));
    const samples = await this.#sampler.sample(targets, this.#options);
    return living.flatMap((service, index) => {
      const sample = samples[index];
      if (sample === undefined || !this.#births.isSame(service, sample.main.startedAtMs)) return [];
      const { serviceId, pid, action, state } = service;
      return [{ serviceId, pid, action, state, ...composeMemory(sample) }];
    });
  }

  async #serve(): Promise<void> {
    const { metrics_port: port, metrics_hosts: hosts } = this.#ports.configuration;
    if (port === undefined) return;
    const server = await MetricsServer.open({
      port,
      hosts,
      metrics: () => this.#describe(),
      fault: async () => {
        const figures = await this.#askFigures();
        return figures === undefined ? 'the provider does not answer' : figures.faults[0];
      },
    });
    this.#server = server;
    this.#closers.add(() => server.close());
  }

  async #describe(): Promise<MetricsText> {
    const figures = await this.#askFigures();
    const { services, surplus } = this.#watched;
    const { transaction } = this.#ports;
    return await composeMetrics({ transaction, services, surplus, values: this.#ledger.latest, figures });
  }

  #hear(message: Message, asker: string | undefined): void {
    if (message.kind === 'heartbeat') this.#watched.noteBeat(message);
    if (message.kind === 'service_event') this.#watched.noteEvent(message);
    if (message.kind === 'samples_request') this.#answer(message, asker);
    if (message.kind !== 'context_info') return;
    // News could be anybody's: which processes are looked into is for the provider to say.
    if (this.#entrance !== undefined) {
      void this.#ask();
      return;
    }
    const infos = message.content.status.data.map((data) => data[this.#ports.transaction]);
    const info = infos.find((each) => each !== undefined);
    if (info !== undefined) this.#watched.noteInfo(info);
  }

  #answer(request: SamplesRequestBody, asker: string | undefined): void {
    const { configuration, log } = this.#ports;
    const say = (action: string, content: unknown) => {
      const header = replyHeader({ service_name: 'samples', ...request.header }, action, this.#link.id);
      const sent = this.#link.publish('state', { header, content }, asker);
      sent.catch((error: unknown) => log.warn(messageOf(error)));
    };
    try {
      say('reply_samples', handleSampleQuery(this.#ledger.history, configuration, request));
    } catch (error) {
      say('reply_samples', { status: { result: 'failure', error: reportError(error), services: [] } });
    }
  }

  /** What there is, without waiting for it to change. */
  async #ask(): Promise<void> {
    if (this.#asking !== 'no') {
      this.#asking = 'again';
      return;
    }
    try {
      do {
        this.#asking = 'once';
        await this.#link.ready();
        const info = await askInfo(this.#link);
        this.#watched.noteInfo(info);
        this.#entrance?.note(info);
      } while (this.#isAskedAgain());
    } catch (error) {
      if (hasCode(error, 'BUS_CLOSED')) return;
      this.#ports.log.warn(`the provider was asked for its services in vain: ${messageOf(error)}`);
    } finally {
      this.#asking = 'no';
    }
  }

  #isAskedAgain(): boolean {
    return this.#asking === 'again';
  }

  /** Undefined when there is no provider, or none that answers in time. */
  async #askFigures(): Promise<FiguresReply | undefined> {
    try {
      return figuresReplySchema.parse(await this.#link.ask('figures', SCRAPE_LIMIT_MS));
    } catch {
      return undefined;
    }
  }

  #tellSurplus(): void {
    const { surplus } = this.#watched;
    if (surplus > this.#toldSurplus) this.#ports.log.warn(`${surplus} services are too many to be watched`);
    this.#toldSurplus = surplus;
  }
}

function hasCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof ContextdError && error.code === code;
}

function optionsOf({ monitor_options: options }: MonitorConfiguration): SampleOptions {
  return {
    openedFiles: options.opened_files,
    openConnections: options.open_connections,
    memoryMaps: options.memory_maps,
    pss: options.pss,
  };
}
