// Where a Monitor publishes: opened to whom its provider lets in, or to this machine.

import type { Closers } from '../base/closers.js';
import { ContextdError } from '../base/errors.js';
import { BoundPublisher } from '../bus/bound-publisher.js';
import { isLocalEndpoint, narrowBind } from '../bus/endpoint.js';
import type { TransactionInfo } from '../messages/context-info.js';
import { MonitorAcl } from './monitor-acl.js';
import type { MonitorPorts } from './ports.js';
import { askInfo, ProviderClient } from './provider-client.js';

export interface MonitorPublisher {
  readonly broadcaster: BoundPublisher;
  readonly entrance: MonitorAcl | undefined;
}

/** Throws BUS_ADDRESS_IN_USE, BUS_BIND_REFUSED, and BUS_DEADLINE if a secured provider is silent. */
export async function openMonitorPublisher(ports: MonitorPorts, closers: Closers): Promise<MonitorPublisher> {
  const { endpoints, log } = ports;
  const element = '<endpoint> of the Monitor';
  const bind = bindOf(ports);
  if (endpoints.security === undefined) {
    const broadcaster = await BoundPublisher.open(bind, element);
    closers.add(() => broadcaster.close());
    return { broadcaster, entrance: undefined };
  }
  // Before anybody can knock: whoever is refused once does not come back.
  const { entrance, server } = await MonitorAcl.open(endpoints.security, await askOnce(ports), log);
  closers.add(() => entrance.close());
  const broadcaster = await BoundPublisher.open(bind, element, server);
  closers.add(() => broadcaster.close());
  return { broadcaster, entrance };
}

async function askOnce({ endpoints, transaction }: MonitorPorts): Promise<TransactionInfo> {
  const link = new ProviderClient({ endpoints, transaction, hear: () => undefined, found: () => undefined });
  try {
    await link.ready();
    return await askInfo(link);
  } finally {
    await link.close();
  }
}

/** Throws BUS_BIND_REFUSED for an address that other machines can reach, unless that is wanted. */
function bindOf({ configuration, endpoints }: MonitorPorts): string {
  const { endpoint, insecure } = configuration.service;
  // Known keys alone are let in then, wherever they come from.
  if (insecure || endpoints.security !== undefined) return endpoint;
  const bind = narrowBind(endpoint, endpoints.subscribe);
  if (isLocalEndpoint(bind)) return bind;
  throw new ContextdError('BUS_BIND_REFUSED', `${bind} can be reached from other machines`, {
    hint: 'publish at 127.0.0.1, or add <insecure>true</insecure> to <service> of the Monitor if all may read what services cost',
  });
}
