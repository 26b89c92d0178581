// The topics, apart from the schemas: the host in every child needs these and must load fast.

import type { ServiceId, TransactionId } from '../base/ids.js';

export const TOPICS = ['context', 'process', 'control', 'state', 'monitor'] as const;
export type Topic = (typeof TOPICS)[number];

/** The topic to which only this one service listens. */
export function routedTopic(transaction: TransactionId, serviceId: ServiceId): string {
  return `process.${segmentOf(transaction)}.${segmentOf(serviceId)}`;
}

/** All heartbeats begin so: a prefix to subscribe to. */
export const HEARTBEATS = 'heartbeat.';

export function heartbeatTopic(transaction: TransactionId, serviceId: ServiceId): string {
  return `${heartbeatsOf(transaction)}${segmentOf(serviceId)}`;
}

/** All heartbeats of a transaction begin so. */
export function heartbeatsOf(transaction: string): string {
  return `${HEARTBEATS}${segmentOf(transaction)}.`;
}

/** Nothing is said on it: a provider subscribes to it, so that what it has started knows that it is there. */
export function presenceTopic(owner: string): string {
  return `provider.${owner}`;
}

/** All questions to Monitors begin so. */
export const SAMPLES = 'samples.';

/** The topic on which the Monitor of a transaction is asked for what it has sampled. */
export function samplesTopic(transaction: string): string {
  return `${SAMPLES}${segmentOf(transaction)}`;
}

/** Dots separate: one within an id is %2E, which no id has, so that no two services share a topic. */
export function segmentOf(id: string): string {
  return id.replaceAll('.', '%2E');
}

/** The ids in a topic of one service; undefined for any other topic. */
export function idsInTopic(
  topic: string,
): { readonly transaction: string; readonly service: string } | undefined {
  const [kind, transaction, service, ...more] = topic.split('.');
  if (kind !== 'process' || transaction === undefined || service === undefined || more.length > 0)
    return undefined;
  return { transaction: idIn(transaction), service: idIn(service) };
}

function idIn(segment: string): string {
  return segment.replaceAll('%2E', '.');
}

const PROCESS = 'process @@@';

/** Whether the reader behind a subscription hears everything on topic `process` without naming it exactly, as the original's do. */
export function isOfOriginal(subscription: string): boolean {
  return PROCESS.startsWith(subscription) && subscription !== PROCESS;
}
