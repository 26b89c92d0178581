// Binds a socket, and names the process that uses the address if that fails.

import { systemClock } from '../base/clock.js';
import { ContextdError, hasErrnoCode, messageOf } from '../base/errors.js';
import { parseTcpEndpoint } from './endpoint.js';
import { prepareLocalSocket } from './local-socket.js';
import { describePortOwner, FORWARDER_PROGRAM } from './port-owner.js';

/** How long to retry an address that is being released. */
const RETRY_FOR_MS = 2000;
const RETRY_INTERVAL_MS = 25;

interface Bindable {
  bind(endpoint: string): Promise<void>;
}

/**
 * Binds `socket` and returns a function that deletes its file (of `ipc://`). `elements` are the elements of the context
 * file that hold the address. Throws BUS_ADDRESS_IN_USE (with port and owner) or BUS_BIND_REFUSED.
 */
export async function bindSocket(socket: Bindable, endpoint: string, elements: string): Promise<() => void> {
  const local = await prepareLocalSocket(endpoint);
  try {
    await bindWithRetry(socket, endpoint);
    local.bound();
    return () => local.release();
  } catch (error) {
    throw await bindError(endpoint, elements, error);
  }
}

/**
 * Retries for a moment: ZeroMQ closes sockets in a thread of its own, so a port of this process can still be in use
 * after `close`, and the forwarder of a killed provider ends shortly after it.
 */
async function bindWithRetry(socket: Bindable, endpoint: string): Promise<void> {
  const startMs = systemClock.monotonic();
  for (;;) {
    try {
      await socket.bind(endpoint);
      return;
    } catch (error) {
      const isOver = systemClock.monotonic() - startMs > RETRY_FOR_MS;
      if (isOver || !hasErrnoCode(error, 'EADDRINUSE') || !(await isBeingReleased(endpoint))) throw error;
      await new Promise<void>((resume) => systemClock.after(RETRY_INTERVAL_MS, resume));
    }
  }
}

/** Returns true if the owner of the port is unknown, this process, or a forwarder without its provider. */
async function isBeingReleased(endpoint: string): Promise<boolean> {
  const tcp = parseTcpEndpoint(endpoint);
  if (tcp === undefined) return false;
  const holder = await describePortOwner(Number(tcp.port));
  return (
    holder === undefined || holder.startsWith(`pid ${process.pid} `) || holder.includes(FORWARDER_PROGRAM)
  );
}

/** Returns the error for an address that could not be bound. */
export async function bindError(endpoint: string, elements: string, cause: unknown): Promise<ContextdError> {
  if (!hasErrnoCode(cause, 'EADDRINUSE')) {
    return new ContextdError('BUS_BIND_REFUSED', `cannot bind ${endpoint}: ${messageOf(cause)}`, {
      cause,
      hint: `correct ${elements} in the context file`,
    });
  }
  const port = Number(parseTcpEndpoint(endpoint)?.port);
  const holder = (await describePortOwner(port)) ?? 'another process';
  return new ContextdError(
    'BUS_ADDRESS_IN_USE',
    `cannot bind ${endpoint}: port ${port} is in use by ${holder}`,
    {
      cause,
      details: { endpoint, port, holder },
      hint: `stop that process, or give this context other ports (${elements})`,
    },
  );
}
