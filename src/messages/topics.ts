// The topics, apart from the schemas: the host in every child needs these and must load fast.

import type { ServiceId, TransactionId } from '../base/ids.js';

export const TOPICS = ['context', 'process', 'control', 'state', 'monitor'] as const;
export type Topic = (typeof TOPICS)[number];

/** The topic to which only this one service listens. */
export function routedTopic(transaction: TransactionId, serviceId: ServiceId): string {
  return `process.${transaction}.${serviceId}`;
}

/** All heartbeats begin so: a prefix to subscribe to. */
export const HEARTBEATS = 'heartbeat.';

export function heartbeatTopic(transaction: TransactionId, serviceId: ServiceId): string {
  return `${HEARTBEATS}${transaction}.${serviceId}`;
}

/** Nothing is said on it: a provider subscribes to it, so that what it has started knows that it is there. */
export function presenceTopic(owner: string): string {
  return `provider.${owner}`;
}

/** All questions to Monitors begin so. */
export const SAMPLES = 'samples.';

/** The topic on which the Monitor of a transaction is asked for what it has sampled. */
export function samplesTopic(transaction: string): string {
  return `${SAMPLES}${transaction}`;
}
