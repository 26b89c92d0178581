// Configures ZeroMQ for this process before any socket is created. Import zeromq only from here.

import * as zmq from 'zeromq';

// With `blocky`, undelivered messages would block the exit of the process forever.
zmq.context.blocky = false;
zmq.context.maxSockets = 8192;

/** The socket itself rejects larger frames. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024;

/** How many messages a socket queues for a slow or disconnected peer. */
export const HIGH_WATER_MARK = 100_000;

/** How long close() tries to deliver sent messages, in milliseconds. */
export const LINGER_MS = 1000;

/**
 * Pause before reconnecting, in milliseconds; doubles up to RECONNECT_MAX_MS. Short, so that a restarted provider
 * quickly gets all its services back.
 */
const RECONNECT_MS = 50;
const RECONNECT_MAX_MS = 200;

/** Options of every socket that connects to a forwarder. */
export const CONNECT_OPTIONS = {
  maxMessageSize: MAX_FRAME_BYTES,
  reconnectInterval: RECONNECT_MS,
  reconnectMaxInterval: RECONNECT_MAX_MS,
} as const;

export { zmq };
