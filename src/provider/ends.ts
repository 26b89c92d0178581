// The two ends of a provider's forwarder: where they are bound, and for whom.

import { ContextdError } from '../base/errors.js';
import type { BusEndpoints } from '../bus/connection.js';
import { isLocalEndpoint, narrowBind, reachableEndpoint } from '../bus/endpoint.js';
import { Forwarder, type ForwarderBinds } from '../bus/forwarder.js';
import type { ContextConfiguration } from '../model/context.js';
import type { ProviderSecurity } from './security/open-security.js';

export function openForwarder(
  binds: ForwarderBinds,
  security: ProviderSecurity | undefined,
): Promise<Forwarder> {
  if (security === undefined) return Forwarder.open(binds);
  const { server, guard } = security;
  return Forwarder.open(binds, { server, refused: (stranger) => guard.noteStranger(stranger) });
}

/** Throws BUS_BIND_REFUSED for an address that other machines or users can reach, unless that is wanted. */
export function bindsOf(configuration: ContextConfiguration, isOpen: boolean): ForwarderBinds {
  const frontend = narrowBind(configuration.FrontBind, configuration.BackendEndpoint);
  const backend = narrowBind(configuration.BackendBind, configuration.FrontEndEndpoint);
  const open = [frontend, backend].find((bind) => !isLocalEndpoint(bind));
  if (open === undefined || isOpen) return { frontend, backend };
  throw new ContextdError('BUS_BIND_REFUSED', `${open} can be reached by others, and nothing protects it`, {
    hint:
      'bind to 127.0.0.1; or let in by key whom you know, with <Security> (contextd keys new NAME); ' +
      'or say --insecure if everybody who can reach it may run commands here',
  });
}

/** How processes of this machine reach it. */
export function reachableEnds({ endpoints }: Forwarder): BusEndpoints {
  const { publish, subscribe } = endpoints;
  return { publish: reachableEndpoint(publish), subscribe: reachableEndpoint(subscribe) };
}
