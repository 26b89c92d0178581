// The topics of the bus. Separate from the schemas, because every host imports this file and must start fast.

import type { ServiceId, TransactionId } from '../base/ids.js';

export const TOPICS = ['context', 'process', 'control', 'state', 'monitor'] as const;
export type Topic = (typeof TOPICS)[number];

/** The topic that only this service subscribes to. */
export function routedTopic(transaction: TransactionId, serviceId: ServiceId): string {
  return `process.${segmentOf(transaction)}.${segmentOf(serviceId)}`;
}

/** The prefix of all heartbeat topics, for subscriptions. */
export const HEARTBEATS = 'heartbeat.';

export function heartbeatTopic(transaction: TransactionId, serviceId: ServiceId): string {
  return `${heartbeatsOf(transaction)}${segmentOf(serviceId)}`;
}

/** The prefix of all heartbeat topics of a transaction. */
export function heartbeatsOf(transaction: string): string {
  return `${HEARTBEATS}${segmentOf(transaction)}.`;
}

/** Carries no messages. The provider subscribes to it, so that its child processes detect its presence. */
export function presenceTopic(owner: string): string {
  return `provider.${owner}`;
}

/** The prefix of all request topics of Monitors. */
export const SAMPLES = 'samples.';

/** The topic for requests to the Monitor of a transaction. */
export function samplesTopic(transaction: string): string {
  return `${SAMPLES}${segmentOf(transaction)}`;
}

/** Encodes a dot in an id as %2E, which no id contains, so that two services never share a topic. */
export function segmentOf(id: string): string {
  return id.replaceAll('.', '%2E');
}

/** Returns the ids in the topic of one service; undefined for any other topic. */
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

/** Whether a subscription matches topic `process` only by prefix, as subscriptions of the original do. */
export function isOriginalSubscription(subscription: string): boolean {
  return PROCESS.startsWith(subscription) && subscription !== PROCESS;
}
