// The two ends of a provider's forwarder: where they are bound, and for whom.

import type { Clock } from '../base/clock.js';
import { ContextdError, type ErrorReport } from '../base/errors.js';
import type { BusEndpoints, ConnectionSecurity } from '../bus/connection.js';
import { isLocalEndpoint, narrowBind, reachableEndpoint } from '../bus/endpoint.js';
import type { ForwarderBinds } from '../bus/forwarder.js';
import { ForwarderProcess, type ForwarderFault } from '../bus/forwarder-process.js';
import type { ContextConfiguration } from '../model/context.js';
import type { Health } from '../base/health.js';
import type { ProviderSecurity } from '../security/open-security.js';

const QUIET_MS = 60_000;

interface ForwarderPorts {
  readonly clock: Clock;
  readonly warn: (text: string) => void;
  readonly health: Health;
}

/** `warn` is told of each kind of trouble at most once a minute; how often it was, the figures say. */
export function openForwarder(
  binds: ForwarderBinds,
  security: ProviderSecurity | undefined,
  { clock, warn, health }: ForwarderPorts,
): Promise<ForwarderProcess> {
  const toldMs = new Map<ForwarderFault['kind'], number>();
  return ForwarderProcess.open(binds, {
    fault: ({ kind, text }) => {
      const nowMs = clock.now();
      // Its end is always news.
      if (kind !== 'ended' && nowMs - (toldMs.get(kind) ?? -QUIET_MS) < QUIET_MS) return;
      toldMs.set(kind, nowMs);
      warn(text);
    },
    stuck: (error) => health.note('forwarder', error && describeStuck(error)),
    security: security && {
      keys: security.keys,
      admits: (peer) => security.authorizer.mayConnect(peer),
      refused: (stranger) => security.authorizer.recordRejectedPeer(stranger),
    },
  });
}

/** With the hint in it: without a forwarder no command is answered, and the log is all there is. */
function describeStuck({ code, message, hint }: ErrorReport): ErrorReport {
  const advice = hint === undefined ? '' : `; ${hint}`;
  return {
    code,
    message: `the forwarder cannot be started again, and is tried again: ${message}${advice}`,
    hint,
  };
}

/** Throws BUS_BIND_REFUSED for an address that other machines or users can reach, unless that is wanted. */
export function resolveBinds(configuration: ContextConfiguration, isOpen: boolean): ForwarderBinds {
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
export function reachableEndpoints({ endpoints }: ForwarderProcess): BusEndpoints {
  const { publish, subscribe } = endpoints;
  return { publish: reachableEndpoint(publish), subscribe: reachableEndpoint(subscribe) };
}

/** How the provider itself connects to it: as any other, with its own key. For whom it writes, it says each time. */
export function ownSecurity(security: ProviderSecurity | undefined): ConnectionSecurity | undefined {
  if (security === undefined) return undefined;
  const { keys, serverKey, authorizer: guard } = security;
  return { curve: { keys, serverKey }, sealer: guard.authenticator };
}
