// The keys of this process, and the rule that goes with them: commands count if the provider has sealed them.

import { closeSync, readFileSync } from 'node:fs';
import { ClockJumps, systemClock } from '../base/clock.js';
import { taskKeysOf } from '../base/keys.js';
import type { Logger } from '../base/logger.js';
import { throttledWarning } from '../base/throttled-log.js';
import type { BusEndpoints, ConnectionSecurity } from '../bus/connection.js';
import { topicOf } from '../bus/envelope.js';
import { isAuthenticatedBy, macOf } from '../bus/message-mac.js';
import type { ClientSecurity } from '../bus/security.js';
import type { FrameHandler } from '../bus/subscriber.js';
import { hasHostSecrets, KEYS_DESCRIPTOR, type HostSecrets } from '../messages/host-bootstrap.js';
import type { TaskEndpoints } from '../task/task.js';

/** Reads what the provider hands over, if there is something, and closes the pipe. */
export function readHostSecrets(bootstrap: Parameters<typeof hasHostSecrets>[0]): HostSecrets {
  if (!hasHostSecrets(bootstrap)) return {};
  const handed = JSON.parse(readFileSync(KEYS_DESCRIPTOR, 'utf8')) as HostSecrets;
  closeSync(KEYS_DESCRIPTOR);
  return handed;
}

/** Undefined for a provider that is not secured. */
export function securityFrom(
  { keys }: HostSecrets,
  serverKey: string | undefined,
): ClientSecurity | undefined {
  return keys === undefined || serverKey === undefined ? undefined : { keys, serverKey };
}

/**
 * What a task needs for sockets of its own: keys with which it may ask, and not those of its host. Whoever
 * prints or copies the endpoints does not see them.
 */
export function taskEndpoints(endpoints: BusEndpoints, security: ClientSecurity | undefined): TaskEndpoints {
  if (security === undefined) return endpoints;
  const { keys, serverKey } = security;
  const own: ClientSecurity = { keys: taskKeysOf(keys), serverKey };
  return Object.defineProperty({ ...endpoints }, 'security', { value: own, enumerable: false });
}

/**
 * Anybody who is let in can publish on any topic. Frames of `control` are news, and pass; of all others only
 * those that the provider has sealed for us, each once and none that is older than the last.
 */
export function onlyFromProvider(
  handle: FrameHandler,
  security: ConnectionSecurity | undefined,
  log: Logger,
): FrameHandler {
  if (security?.curve === undefined) return handle;
  const { curve, sealer } = security;
  let last = 0;
  const jumps = new ClockJumps(systemClock);
  const warn = throttledWarning(log);
  return (frame) => {
    const topic = topicOf(frame);
    if (topic !== 'control') {
      // The next provider seals by the clock as it was put back.
      last += Math.min(0, jumps.take());
      const seal = macOf(frame);
      if (seal === undefined || seal.stamp <= last || !isAuthenticatedBy(frame, curve.serverKey, sealer)) {
        warn('a command was not sealed by the provider, and is ignored', { topic });
        return;
      }
      last = seal.stamp;
    }
    handle(frame);
  };
}
