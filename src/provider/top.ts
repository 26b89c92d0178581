// The answer to the query `top`: what the process of each service of a transaction uses.

import type { Clock } from '../base/clock.js';
import { ContextdError } from '../base/errors.js';
import type { ServiceId } from '../base/ids.js';
import { composeMemory } from '../messages/compose-sample.js';
import type { TopEntry, TopReply } from '../messages/samples.js';
import { topRequestSchema, type TopRequest } from '../messages/top-request.js';
import type { Sample } from '../sampler/sample.js';
import type { UsageProbe, UsageTarget } from '../sampler/usage-probe.js';
import { countRestarts, type ServiceSnapshot } from '../supervision/snapshot.js';
import { targetOf, type Transaction } from '../supervision/transaction.js';

export interface TopPorts {
  /** The keys name the runs: see keyOf. */
  readonly usage: UsageProbe<string>;
  readonly clock: Clock;
}

/** Throws MSG_INVALID, which names the wrong field. */
export function parseTopRequest(configuration: unknown): TopRequest {
  const isBlank = configuration === undefined || configuration === null || configuration === '';
  const parsed = topRequestSchema.safeParse(isBlank ? {} : configuration);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = ['configuration', ...(issue?.path ?? [])].join('.');
  throw new ContextdError('MSG_INVALID', `top: ${where}: ${issue?.message ?? 'invalid'}`, {
    hint: 'configuration { open_connections, memory_maps, opened_files, service { type, frequency_s, endpoint } }',
  });
}

/** Resolves with one entry per service, in the order of the context; with `only`, with that one. */
export async function describeUsage(
  { usage, clock }: TopPorts,
  transaction: Transaction,
  request: TopRequest,
  only?: ServiceId,
): Promise<TopReply> {
  const options = {
    openConnections: request.open_connections,
    openedFiles: request.opened_files,
    memoryMaps: request.memory_maps,
  };
  const kind = `${transaction.id} ${JSON.stringify({ only, ...options })}`;
  const samples = await usage.measure({ kind, targets: () => targetsOf(transaction, only), options });
  const nowMs = clock.now();
  const services = [...transaction.snapshot.services].filter(([id]) => only === undefined || id === only);
  return services.map(([id, service]) =>
    describeService(service, {
      sample: samples.get(keyOf(service)),
      lagMs: transaction.liveness.get(id)?.lagMs,
      nowMs,
    }),
  );
}

/** The processes of the services; services without one are left out. */
function targetsOf(transaction: Transaction, only: ServiceId | undefined): readonly UsageTarget<string>[] {
  return [...transaction.snapshot.services].flatMap(([id, service]) => {
    const target = only === undefined || id === only ? targetOf(transaction, service) : undefined;
    return target === undefined ? [] : [{ key: keyOf(service), target }];
  });
}

/** The service may end, or be launched again, during the measurement: then the sample is of another run. */
function keyOf({ definition, run }: ServiceSnapshot): string {
  return `${definition.id} ${run}`;
}

interface Measured {
  readonly sample: Sample | undefined;
  readonly lagMs: number | undefined;
  readonly nowMs: number;
}

function describeService(service: ServiceSnapshot, { sample, lagMs, nowMs }: Measured): TopEntry {
  const { definition, pid, runToken, status, sinceMs, isAlive } = service;
  return {
    service_id: definition.id,
    serviceName: definition.Task.message.header.service_name,
    instance: definition.instance,
    pid: pid ?? null,
    ...(runToken === undefined ? {} : { run_token: runToken }),
    status,
    uptime_s: Math.max(0, nowMs - sinceMs) / 1000,
    restarts: countRestarts(service),
    ...(lagMs === undefined || !isAlive ? {} : { event_loop_lag_ms: lagMs }),
    memory: sample === undefined || !isAlive ? null : composeMemory(sample),
  };
}
