// Opens the forwarder of a provider and the provider's own connection to it.

import type { Closers } from '../base/closers.js';
import { ContextdError, type ErrorReport } from '../base/errors.js';
import { ThrottledLog } from '../base/throttled-log.js';
import { CommandLane } from '../bus/command-lane.js';
import { Connection, type BusEndpoints, type ConnectionSecurity } from '../bus/connection.js';
import { isLocalEndpoint, bindToLoopbackIfLocal, reachableEndpoint } from '../bus/endpoint.js';
import type { ForwarderBinds } from '../bus/forwarder.js';
import { ForwarderProcess } from '../bus/forwarder-process.js';
import type { FrameHandler } from '../bus/subscriber.js';
import { HEARTBEATS } from '../messages/topics.js';
import type { ContextConfiguration } from '../model/context.js';
import type { ProviderSecurity } from '../security/open-security.js';
import { inboundTopics } from './decode.js';
import type { ProviderSetup } from './provider-setup.js';

/** The topics that are received on a connection of their own as well. */
const COMMAND_TOPICS = ['context', 'process', 'state'];

interface ForwarderSetup extends Pick<ProviderSetup, 'clock' | 'warn' | 'health'> {
  readonly binds: ForwarderBinds;
}

/** Throws BUS_ADDRESS_IN_USE or BUS_FORWARDER_FAILED. */
export async function openForwarder(
  { binds, clock, warn, health }: ForwarderSetup,
  security: ProviderSecurity | undefined,
  closers: Closers,
): Promise<ForwarderProcess> {
  const faults = new ThrottledLog(warn, clock);
  const forwarder = await ForwarderProcess.open(binds, {
    onFault: ({ kind, text }) => {
      // Each end of the forwarder is reported.
      if (kind === 'ended') warn(text);
      else faults.record(kind, text);
    },
    onRestartFailed: (error) => health.set('forwarder', error && describeStuck(error)),
    security: security && {
      keys: security.keys,
      isAllowed: (peer) => security.authorizer.mayConnect(peer),
      onRejected: (peer) => security.authorizer.recordRejectedPeer(peer),
    },
  });
  closers.add(() => forwarder.close());
  return forwarder;
}

/** The hint is part of the message: without a forwarder no command is answered, and only the log is left. */
function describeStuck({ code, message, hint }: ErrorReport): ErrorReport {
  const advice = hint === undefined ? '' : `; ${hint}`;
  return {
    code,
    message: `the forwarder cannot be started again, and is tried again: ${message}${advice}`,
    hint,
  };
}

/** Throws BUS_BIND_REFUSED for an address that other machines or users can reach, unless `isOpen` permits it. */
export function resolveBinds(configuration: ContextConfiguration, isOpen: boolean): ForwarderBinds {
  const frontend = bindToLoopbackIfLocal(configuration.FrontBind, configuration.BackendEndpoint);
  const backend = bindToLoopbackIfLocal(configuration.BackendBind, configuration.FrontEndEndpoint);
  const open = [frontend, backend].find((bind) => !isLocalEndpoint(bind));
  if (open === undefined || isOpen) return { frontend, backend };
  throw new ContextdError(
    'BUS_BIND_REFUSED',
    `${open} can be reached by other machines or users without authentication`,
    {
      hint:
        'bind to 127.0.0.1; or permit clients by their keys, with <Security> (contextd keys new NAME); ' +
        'or pass --insecure if every client that can reach it may run commands here',
    },
  );
}

/** The endpoints for processes of this machine. */
export function reachableEndpoints({ endpoints }: Pick<ForwarderProcess, 'endpoints'>): BusEndpoints {
  const { publish, subscribe } = endpoints;
  return { publish: reachableEndpoint(publish), subscribe: reachableEndpoint(subscribe) };
}

export interface ProviderConnectionOptions extends Pick<ProviderSetup, 'clock' | 'owner'> {
  readonly endpoints: BusEndpoints;
  readonly security: ProviderSecurity | undefined;
  /** Is called once for each frame. The first frame arrives in a later turn of the event loop. */
  readonly receive: FrameHandler;
}

/** Opens the connection on which the provider receives and publishes everything. */
export function openConnection(options: ProviderConnectionOptions, closers: Closers): Connection {
  const { clock, owner, endpoints, receive } = options;
  const security = connectionSecurity(options.security);
  const lane = new CommandLane({ clock, topics: COMMAND_TOPICS, receive });
  const connection = new Connection(
    endpoints,
    inboundTopics(owner),
    (frame) => lane.onMainFrame(frame),
    security,
  );
  closers.add(() => connection.close());
  connection.subscribePrefix(HEARTBEATS);
  lane.connect(endpoints, connection.id, security);
  closers.add(() => lane.close());
  return connection;
}

/** The provider connects with its own key, as any client does. Each message names its reader when it is published. */
function connectionSecurity(security: ProviderSecurity | undefined): ConnectionSecurity | undefined {
  if (security === undefined) return undefined;
  const { keys, serverKey, authorizer } = security;
  return { curve: { keys, serverKey }, authenticator: authorizer.authenticator };
}
