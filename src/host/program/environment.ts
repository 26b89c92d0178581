// What a program finds in its environment: who it is, and where the bus is.

import {
  BOOTSTRAP_VARIABLE,
  KEYS_DESCRIPTOR,
  type HostBootstrap,
  type HostProgram,
} from '../../messages/host-bootstrap.js';

/** Names the descriptor where a program that speaks for itself reads its keys. */
const KEYS_VARIABLE = 'CONTEXTD_KEYS_FD';
const SERVER_KEY_VARIABLE = 'CONTEXTD_SERVER_KEY';

/** Ours, those of its user, its own from the context file, and what says who it is; later ones win. */
export function composeEnvironment(bootstrap: HostBootstrap, program: HostProgram): NodeJS.ProcessEnv {
  const { user } = program;
  return {
    ...process.env,
    // A host's own, and those of a service that our provider may be itself; node leaves out what is undefined.
    [BOOTSTRAP_VARIABLE]: undefined,
    [KEYS_VARIABLE]: undefined,
    [SERVER_KEY_VARIABLE]: undefined,
    ...(user === undefined ? {} : { USER: user.name, LOGNAME: user.name, HOME: user.home }),
    ...program.env,
    CONTEXTD_TRANSACTION: bootstrap.transaction,
    CONTEXTD_SERVICE_ID: bootstrap.serviceId,
    CONTEXTD_SERVICE_NAME: bootstrap.serviceName,
    CONTEXTD_CONTEXT_ID: bootstrap.contextId,
    CONTEXTD_DEVICE_ACTION: bootstrap.deviceAction,
    CONTEXTD_SUBSCRIBE: bootstrap.endpoints.subscribe,
    CONTEXTD_PUBLISH: bootstrap.endpoints.publish,
    CONTEXTD_HEARTBEAT_S: String(bootstrap.heartbeatMs / 1000),
    /** The pid of the service is that of its host: what a program reports in its name carries it. */
    CONTEXTD_PID: String(process.pid),
    ...securityIn(bootstrap, program),
  };
}

/** Nothing of it is secret: the keys themselves come through the descriptor. */
function securityIn({ serverKey }: HostBootstrap, { ready }: HostProgram): NodeJS.ProcessEnv {
  if (serverKey === undefined) return {};
  const own = ready.kind === 'heartbeat' ? { [KEYS_VARIABLE]: String(KEYS_DESCRIPTOR) } : {};
  return { [SERVER_KEY_VARIABLE]: serverKey, ...own };
}
