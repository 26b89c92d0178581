// The one place that sets up ZeroMQ for this process, before any socket is made.

import * as zmq from 'zeromq';

// With blocky on, undelivered messages would hold up the exit of the process for ever.
zmq.context.blocky = false;
zmq.context.maxSockets = 8192;

/** Larger frames are refused by the socket itself. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024;

/** How many messages a socket holds for a peer that is slow or away. */
export const HIGH_WATER_MARK = 100_000;

/** How long close() tries to deliver what was sent, in milliseconds. */
export const LINGER_MS = 1000;

/**
 * How soon a lost connection is tried again, in milliseconds, doubling from the first to the second: a
 * provider that comes back is to have all its services within moments.
 */
const RECONNECT_MS = 50;
const RECONNECT_MAX_MS = 200;

/** What every socket that connects to a forwarder has. */
export const CONNECTING = {
  maxMessageSize: MAX_FRAME_BYTES,
  reconnectInterval: RECONNECT_MS,
  reconnectMaxInterval: RECONNECT_MAX_MS,
} as const;

export { zmq };
