// The Monitor: learns who there is from the bus, measures, and publishes at an address of its own.

import { Closers } from '../base/closers.js';
import { ContextdError, messageOf } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { Broadcaster } from '../bus/broadcaster.js';
import type { BusEndpoints } from '../bus/connection.js';
import { isLocalEndpoint, narrowBind } from '../bus/endpoint.js';
import { composeMemory } from '../messages/compose-sample.js';
import { transactionInfoSchema } from '../messages/context-info.js';
import type { Message } from '../messages/message.js';
import type { ServiceSample } from '../messages/samples.js';
import type { Sampler, SampleOptions } from '../sampler/sample.js';
import { createSampler } from '../sampler/sampler.js';
import type { MonitorConfiguration } from './configuration.js';
import { ProviderLink } from './provider-link.js';
import { Watched } from './watched.js';

/** How long the provider may take to say what there is. */
const ANSWER_LIMIT_MS = 10_000;

export interface MonitorPorts {
  readonly configuration: MonitorConfiguration;
  /** The one whose services are watched. */
  readonly transaction: string;
  /** Of the bus on which it is spoken of. */
  readonly endpoints: BusEndpoints;
  readonly log: Logger;
}

export interface MonitorAddresses extends Readonly<Record<string, string>> {
  readonly monitor_endpoint: string;
}

/**
 *   provider --control: context_info--> Watched --pids--> Sampler --samples--> Broadcaster --monitor--> displays
 *   services --heartbeat.*, control-->     |
 */
export class Monitor {
  readonly #ports: MonitorPorts;
  readonly #closers: Closers;
  readonly #watched: Watched;
  readonly #sampler: Sampler = createSampler();
  readonly #options: SampleOptions;
  readonly #link: ProviderLink;
  readonly #broadcaster: Broadcaster;
  #dueMs = performance.now();

  private constructor(ports: MonitorPorts, broadcaster: Broadcaster, closers: Closers) {
    const { configuration, endpoints, transaction } = ports;
    this.#ports = ports;
    this.#closers = closers;
    this.#broadcaster = broadcaster;
    this.#options = optionsOf(configuration);
    this.#watched = new Watched(transaction);
    this.#link = new ProviderLink({
      endpoints,
      transaction,
      hear: (message) => this.#hear(message),
      found: () => void this.#ask(),
    });
    closers.add(() => this.#link.close());
  }

  /** Throws BUS_ADDRESS_IN_USE or BUS_BIND_REFUSED. */
  static async open(ports: MonitorPorts): Promise<Monitor> {
    const closers = new Closers();
    try {
      const broadcaster = await Broadcaster.open(bindOf(ports), '<endpoint> of the Monitor');
      closers.add(() => broadcaster.close());
      return new Monitor(ports, broadcaster, closers);
    } catch (error) {
      await closers.close();
      throw error;
    }
  }

  /** Where it publishes, wildcard ports resolved. */
  get addresses(): MonitorAddresses {
    return { monitor_endpoint: this.#broadcaster.endpoint };
  }

  /** Measures and publishes once; returns how many milliseconds there are until the next time. */
  async sample(): Promise<number> {
    const { transaction, configuration } = this.#ports;
    const samples = await this.#measure();
    await this.#broadcaster.publish('monitor', { [transaction]: samples });
    const periodMs = configuration.service.frequency_s * 1000;
    // What could not be done in time is left out, not made up for.
    this.#dueMs = Math.max(this.#dueMs + periodMs, performance.now());
    return this.#dueMs - performance.now();
  }

  async close(): Promise<void> {
    await this.#closers.close();
  }

  async #measure(): Promise<readonly ServiceSample[]> {
    const living = this.#watched.services.flatMap((service) =>
      service.pid === undefined ? [] : [{ ...service, pid: service.pid }],
    );
    const targets = living.map(({ pid, tid }) => ({ pid, ...(tid === undefined ? {} : { tid }) }));
    const samples = await this.#sampler.sample(targets, this.#options);
    return living.flatMap(({ serviceId, pid, action, state }, index) => {
      const sample = samples[index];
      return sample === undefined ? [] : [{ serviceId, pid, action, state, ...composeMemory(sample) }];
    });
  }

  #hear(message: Message): void {
    if (message.kind === 'heartbeat') this.#watched.noteBeat(message);
    if (message.kind === 'service_event') this.#watched.noteEvent(message);
    if (message.kind !== 'context_info') return;
    const infos = message.content.status.data.map((data) => data[this.#ports.transaction]);
    const info = infos.find((each) => each !== undefined);
    if (info !== undefined) this.#watched.noteInfo(info);
  }

  /** What there is, without waiting for it to change. */
  async #ask(): Promise<void> {
    try {
      await this.#link.ready();
      const info = transactionInfoSchema.parse(await this.#link.ask('request', ANSWER_LIMIT_MS));
      this.#watched.noteInfo(info);
    } catch (error) {
      this.#ports.log.warn(`the provider was asked for its services in vain: ${messageOf(error)}`);
    }
  }
}

function optionsOf({ monitor_options: options }: MonitorConfiguration): SampleOptions {
  return {
    openedFiles: options.opened_files,
    openConnections: options.open_connections,
    memoryMaps: options.memory_maps,
    pss: options.pss,
  };
}

/** Throws BUS_BIND_REFUSED for an address that other machines can reach, unless that is wanted. */
function bindOf({ configuration, endpoints }: MonitorPorts): string {
  const { endpoint, insecure } = configuration.service;
  if (insecure) return endpoint;
  const bind = narrowBind(endpoint, endpoints.subscribe);
  if (isLocalEndpoint(bind)) return bind;
  throw new ContextdError('BUS_BIND_REFUSED', `${bind} can be reached from other machines`, {
    hint: 'publish at 127.0.0.1, or add <insecure>true</insecure> to <service> of the Monitor if all may read what services cost',
  });
}
