// Opens the publisher of a Monitor: for the clients of a secured provider, or for this machine only.

import type { Closers } from '../base/closers.js';
import { ContextdError } from '../base/errors.js';
import { BoundPublisher } from '../bus/bound-publisher.js';
import { isLocalEndpoint, bindToLoopbackIfLocal } from '../bus/endpoint.js';
import type { TransactionInfo } from '../messages/context-info.js';
import { MonitorAcl } from './monitor-acl.js';
import type { MonitorPorts } from './ports.js';
import { fetchTransactionInfo, ProviderClient } from './provider-client.js';

export interface MonitorPublisher {
  readonly publisher: BoundPublisher;
  readonly acl: MonitorAcl | undefined;
}

/** Throws BUS_ADDRESS_IN_USE, BUS_BIND_REFUSED, and BUS_DEADLINE if a secured provider does not answer. */
export async function openMonitorPublisher(ports: MonitorPorts, closers: Closers): Promise<MonitorPublisher> {
  const { endpoints, log } = ports;
  const element = '<endpoint> of the Monitor';
  const bind = bindOf(ports);
  if (endpoints.security === undefined) {
    const publisher = await BoundPublisher.open(bind, element);
    closers.add(() => publisher.close());
    return { publisher, acl: undefined };
  }
  // The keys must be known before the first connection: a refused client does not reconnect.
  const { acl, server } = await MonitorAcl.open(endpoints.security, await fetchOnce(ports), log);
  closers.add(() => acl.close());
  const publisher = await BoundPublisher.open(bind, element, server);
  closers.add(() => publisher.close());
  return { publisher, acl };
}

async function fetchOnce({ endpoints, transaction }: MonitorPorts): Promise<TransactionInfo> {
  const link = new ProviderClient({
    endpoints,
    transaction,
    onMessage: () => undefined,
    onProvider: () => undefined,
  });
  try {
    await link.ready();
    return await fetchTransactionInfo(link);
  } finally {
    await link.close();
  }
}

/** Throws BUS_BIND_REFUSED for an address that other machines can reach, unless <insecure> allows it. */
function bindOf({ configuration, endpoints }: MonitorPorts): string {
  const { endpoint, insecure } = configuration.service;
  // With security only known keys can connect, from any machine.
  if (insecure || endpoints.security !== undefined) return endpoint;
  const bind = bindToLoopbackIfLocal(endpoint, endpoints.subscribe);
  if (isLocalEndpoint(bind)) return bind;
  throw new ContextdError('BUS_BIND_REFUSED', `${bind} can be reached from other machines`, {
    hint: 'publish at 127.0.0.1, or add <insecure>true</insecure> to <service> of the Monitor if anyone may read its samples',
  });
}
