// Reads the keys of this process and accepts commands only if the provider has signed them.

import { closeSync, readFileSync } from 'node:fs';
import { ClockJumps, systemClock } from '../base/clock.js';
import { taskKeysOf } from '../base/keys.js';
import type { Logger } from '../base/logger.js';
import { ThrottledLog } from '../base/throttled-log.js';
import type { BusEndpoints, ConnectionSecurity } from '../bus/connection.js';
import { topicOf } from '../bus/envelope.js';
import { isSignedBy, parseMac } from '../bus/message-mac.js';
import type { ClientSecurity } from '../bus/security.js';
import type { FrameHandler } from '../bus/subscriber.js';
import { hasHostSecrets, KEYS_DESCRIPTOR, type HostSecrets } from '../messages/host-bootstrap.js';
import type { TaskEndpoints } from '../task/task.js';

/** Reads the secrets from the pipe of the provider, if there is one, and closes the pipe. */
export function readHostSecrets(bootstrap: Parameters<typeof hasHostSecrets>[0]): HostSecrets {
  if (!hasHostSecrets(bootstrap)) return {};
  const handed = JSON.parse(readFileSync(KEYS_DESCRIPTOR, 'utf8')) as HostSecrets;
  closeSync(KEYS_DESCRIPTOR);
  return handed;
}

/** Returns undefined for a provider without <Security>. */
export function securityFrom(
  keys: HostSecrets['keys'],
  serverKey: string | undefined,
): ClientSecurity | undefined {
  return keys === undefined || serverKey === undefined ? undefined : { keys, serverKey };
}

/**
 * Returns the endpoints with the keys for sockets of the task itself. These keys allow requests and are not those of
 * the host. The property is not enumerable, so that printing or copying the endpoints does not reveal the keys.
 */
export function taskEndpoints(endpoints: BusEndpoints, security: ClientSecurity | undefined): TaskEndpoints {
  if (security === undefined) return endpoints;
  const { keys, serverKey } = security;
  const own: ClientSecurity = { keys: taskKeysOf(keys), serverKey };
  return Object.defineProperty({ ...endpoints }, 'security', { value: own, enumerable: false });
}

/**
 * Drops frames that the provider has not signed, because any admitted client can publish on any topic. Events on
 * `control` are informational and pass. A signed frame passes once, and only if it is newer than the last one.
 */
export function onlyFromProvider(
  handle: FrameHandler,
  security: ConnectionSecurity | undefined,
  log: Logger,
): FrameHandler {
  if (security?.curve === undefined) return handle;
  const { curve, authenticator: sealer } = security;
  let last = 0;
  const jumps = new ClockJumps(systemClock);
  const ignored = new ThrottledLog((line, count) => log.warn(line, { so_far: count }));
  return (frame) => {
    const topic = topicOf(frame);
    if (topic !== 'control') {
      // After the system clock was set back, the next provider signs with earlier times.
      last += Math.min(0, jumps.take());
      const seal = parseMac(frame);
      if (seal === undefined || seal.stamp <= last || !isSignedBy(frame, curve.serverKey, sealer)) {
        ignored.record('', `ignored a command that the provider has not signed, on topic ${topic ?? '?'}`);
        return;
      }
      last = seal.stamp;
    }
    handle(frame);
  };
}
