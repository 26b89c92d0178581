// Renders services and provider as OpenMetrics text.

import { Counter, Gauge, Registry } from 'prom-client';
import { SERVICE_STATUSES } from '../messages/service-status.js';
import type { FiguresReply } from '../messages/provider-stats.js';
import type { Values } from './history.js';
import type { WatchedService } from './service-registry.js';

export interface MetricsView {
  readonly transaction: string;
  readonly services: readonly WatchedService[];
  /** The number of services beyond the limit. */
  readonly unwatched: number;
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

/** The metrics of a service: name, help, source, and the factor to seconds, bytes or cores. */
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

/** Renders one scrape. Each uses a new registry, so that ended services disappear. */
export async function composeMetrics(view: MetricsView): Promise<MetricsText> {
  const registry = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  addMeasured(registry, view);
  addStates(registry, view);
  addProvider(registry, view.figures);
  single(registry, [
    'contextd_monitor_unwatched_services',
    'Services beyond the limit, which are not monitored',
    view.unwatched,
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

function addStates(registry: Metrics, { transaction, services }: MetricsView): void {
  const lag = createGauge(
    registry,
    'contextd_service_event_loop_lag_seconds',
    'Event loop lag at its last heartbeat',
  );
  const last = createGauge(
    registry,
    'contextd_service_last_event_timestamp_seconds',
    'Time of its last event',
  );
  const state = createGauge(
    registry,
    'contextd_service_state',
    'Its status: 1 for the present one, 0 for all others',
    ['state'],
  );
  const restarts = new Counter({
    name: 'contextd_service_restarts_total',
    help: 'Restarts in this transaction, by command or by transition',
    labelNames: LABELS,
    registers: [registry],
  });
  for (const service of services) {
    const labels = labelsOf(transaction, service);
    restarts.inc(labels, service.restarts);
    if (service.lagMs !== undefined) lag.set(labels, service.lagMs / 1000);
    if (service.lastEventMs !== undefined) last.set(labels, service.lastEventMs / 1000);
    // An unknown status sets all states to 0.
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
    ['messages_dropped', 'Frames that were invalid or could not be processed', messages.dropped],
    ['messages_missed', 'Events of services that never arrived', messages.missed],
    ['journal_writes', 'Writes of the journal', journal.writes],
    ['journal_failures', 'Failed writes of the journal', journal.failures],
    ['journal_seconds', 'Time spent writing the journal', journal.total_ms / 1000],
    ['cpu_seconds', 'Processor time of the provider', cpuS],
  ];
}

function providerGauges({ journal, rss, event_loop: loop }: FiguresReply): readonly Single[] {
  return [
    ['journal_longest_seconds', 'The longest time of one journal write', journal.max_ms / 1000],
    ['resident_memory_bytes', 'Resident memory of the provider', rss * MIB],
    [
      'event_loop_lag_seconds',
      'The mean lag of its event loop within the last minute or two',
      loop.lag_mean_ms / 1000,
    ],
    [
      'event_loop_lag_p99_seconds',
      'The 99th percentile of its lag within the last minute or two',
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
