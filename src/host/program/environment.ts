// Composes the environment of a program: its identity and the endpoints of the bus.

import {
  BOOTSTRAP_VARIABLE,
  KEYS_DESCRIPTOR,
  type HostBootstrap,
  type HostProgram,
  type RunBootstrap,
} from '../../messages/host-bootstrap.js';

/** Holds the descriptor where a program with <ready>heartbeat</ready> reads its keys. */
const KEYS_VARIABLE = 'CONTEXTD_KEYS_FD';
const SERVER_KEY_VARIABLE = 'CONTEXTD_SERVER_KEY';

/** Merges the environment of the host, of its user, of the context file and the identity; later values win. */
export function composeEnvironment(
  bootstrap: RunBootstrap,
  program: HostProgram,
  bus: Pick<HostBootstrap, 'endpoints' | 'serverKey'>,
): NodeJS.ProcessEnv {
  const { user } = program;
  return {
    ...process.env,
    // Variables of the host, or of a service that runs our provider. Node omits undefined values.
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
    CONTEXTD_SUBSCRIBE: bus.endpoints.subscribe,
    CONTEXTD_PUBLISH: bus.endpoints.publish,
    CONTEXTD_HEARTBEAT_S: String(bootstrap.heartbeatMs / 1000),
    // It identifies the run in messages that the program publishes itself.
    CONTEXTD_RUN_TOKEN: bootstrap.runToken,
    /** The pid of the service is that of its host. Events that the program publishes itself must carry it. */
    CONTEXTD_PID: String(process.pid),
    ...securityIn(bus.serverKey, program),
  };
}

/** Contains no secret: the keys are passed through the descriptor. */
function securityIn(serverKey: string | undefined, { ready }: HostProgram): NodeJS.ProcessEnv {
  if (serverKey === undefined) return {};
  const own = ready.kind === 'heartbeat' ? { [KEYS_VARIABLE]: String(KEYS_DESCRIPTOR) } : {};
  return { [SERVER_KEY_VARIABLE]: serverKey, ...own };
}
