// What is known of services and provider, in the words of OpenMetrics.

import { Counter, Gauge, Registry } from 'prom-client';
import { SERVICE_STATUSES } from '../messages/service-status.js';
import type { FiguresReply } from '../messages/provider-stats.js';
import type { Values } from './history.js';
import type { WatchedService } from './service-registry.js';

export interface MetricsView {
  readonly transaction: string;
  readonly services: readonly WatchedService[];
  /** Services beyond those that are watched. */
  readonly surplus: number;
  /** The last sample of each living service. */
  readonly values: ReadonlyMap<string, Values>;
  /** Undefined when the provider did not answer. */
  readonly figures: FiguresReply | undefined;
}

export interface MetricsText {
  readonly contentType: string;
  readonly text: string;
}

const MIB = 1024 * 1024;
const LABELS = ['transaction', 'service_id', 'instance'] as const;

/** What is measured of a service, with the factor that makes it seconds, bytes or cores. */
const MEASURED = [
  [
    'cpu_ratio',
    'Processor time per time since the last sample, 1 is one core; with all descendants',
    'cpu',
    0.01,
  ],
  ['resident_memory_bytes', 'Resident memory, with all descendants', 'rss', MIB],
  ['virtual_memory_bytes', 'Virtual memory, with all descendants', 'vms', MIB],
  [
    'proportional_memory_bytes',
    'Memory with what is shared divided among its users, with all descendants',
    'pss',
    MIB,
  ],
  ['open_fds', 'Open file descriptors, with all descendants', 'fds', 1],
  ['threads', 'Threads, with all descendants', 'threads', 1],
  ['children', 'Descendants at any depth', 'children', 1],
] as const;

/** Made anew for each scrape, so that what is gone is not told of any more. */
export async function composeMetrics(view: MetricsView): Promise<MetricsText> {
  const registry = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  addMeasured(registry, view);
  addLives(registry, view);
  addProvider(registry, view.figures);
  single(registry, [
    'contextd_monitor_unwatched_services',
    'Services beyond the number that is watched',
    view.surplus,
  ]);
  return { contentType: registry.contentType, text: await registry.metrics() };
}

type Metrics = Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>;

function addMeasured(registry: Metrics, { transaction, services, values }: MetricsView): void {
  for (const [name, help, metric, factor] of MEASURED) {
    const gauge = createGauge(registry, `contextd_service_${name}`, help);
    for (const service of services) {
      const value = values.get(service.serviceId)?.[metric];
      if (value !== undefined) gauge.set(labelsOf(transaction, service), value * factor);
    }
  }
}

function addLives(registry: Metrics, { transaction, services }: MetricsView): void {
  const lag = createGauge(
    registry,
    'contextd_service_event_loop_lag_seconds',
    'How late its event loop came round at its last heartbeat',
  );
  const last = createGauge(
    registry,
    'contextd_service_last_event_timestamp_seconds',
    'When it last reported an event',
  );
  const state = createGauge(
    registry,
    'contextd_service_state',
    'Where it stands: 1 for that state, 0 for all others',
    ['state'],
  );
  const restarts = new Counter({
    name: 'contextd_service_restarts_total',
    help: 'How often it was launched again in this transaction, by command or by transition',
    labelNames: LABELS,
    registers: [registry],
  });
  for (const service of services) {
    const labels = labelsOf(transaction, service);
    restarts.inc(labels, service.restarts);
    if (service.lagMs !== undefined) lag.set(labels, service.lagMs / 1000);
    if (service.lastEventMs !== undefined) last.set(labels, service.lastEventMs / 1000);
    // Another word is no state of its own.
    for (const each of SERVICE_STATUSES)
      state.set({ ...labels, state: each }, service.status === each ? 1 : 0);
  }
}

function addProvider(registry: Metrics, figures: FiguresReply | undefined): void {
  const up = figures === undefined ? 0 : 1;
  single(registry, ['contextd_provider_up', 'Whether the provider answered this scrape', up]);
  if (figures === undefined) return;
  for (const [name, help, value] of providerCounts(figures)) {
    new Counter({ name: `contextd_provider_${name}_total`, help, registers: [registry] }).inc(value);
  }
  for (const [name, help, value] of providerGauges(figures)) {
    single(registry, [`contextd_provider_${name}`, help, value]);
  }
}

type Single = readonly [name: string, help: string, value: number];

function providerCounts({ messages, journal, cpu_s: cpuS }: FiguresReply): readonly Single[] {
  return [
    ['messages_received', 'Messages that reached the provider', messages.received],
    ['messages_sent', 'Messages that the provider sent', messages.sent],
    ['messages_dropped', 'Frames that were no messages, or could not be dealt with', messages.dropped],
    ['messages_missed', 'Events of services that never arrived', messages.missed],
    ['journal_writes', 'How often the journal was written', journal.writes],
    ['journal_failures', 'How often the journal could not be written', journal.failures],
    ['journal_seconds', 'Time spent on writing the journal', journal.total_ms / 1000],
    ['cpu_seconds', 'Processor time of the provider', cpuS],
  ];
}

function providerGauges({ journal, rss, event_loop: loop }: FiguresReply): readonly Single[] {
  return [
    ['journal_longest_seconds', 'The longest time that one journal took', journal.max_ms / 1000],
    ['resident_memory_bytes', 'Resident memory of the provider', rss * MIB],
    [
      'event_loop_lag_seconds',
      'The mean lag of its event loop within the last minute or two',
      loop.lag_mean_ms / 1000,
    ],
    [
      'event_loop_lag_p99_seconds',
      '99 of 100 lags within the last minute or two were below',
      loop.lag_p99_ms / 1000,
    ],
    ['event_loop_lag_max_seconds', 'The longest lag within the last minute or two', loop.lag_max_ms / 1000],
    ['event_loop_busy_ratio', 'The share of time in which its event loop was busy', loop.utilization],
  ];
}

function createGauge(registry: Metrics, name: string, help: string, more: readonly string[] = []): Gauge {
  return new Gauge({ name, help, labelNames: [...LABELS, ...more], registers: [registry] });
}

function single(registry: Metrics, [name, help, value]: Single): void {
  new Gauge({ name, help, registers: [registry] }).set(value);
}

function labelsOf(transaction: string, { serviceId, instance }: WatchedService): Record<string, string> {
  return { transaction, service_id: serviceId, instance };
}
