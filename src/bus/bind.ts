// Binds a socket, and says who is in the way when that cannot be.

import { systemClock } from '../base/clock.js';
import { ContextdError, hasErrnoCode, messageOf } from '../base/errors.js';
import { parseTcpEndpoint } from './endpoint.js';
import { holdLocalSocket } from './local-socket.js';
import { describePortOwner, FORWARDER_PROGRAM } from './port-owner.js';

/** How long an address that is being given up is waited for. */
const PATIENCE_MS = 2000;
const PAUSE_MS = 25;

interface Bindable {
  bind(endpoint: string): Promise<void>;
}

/**
 * Returns what removes the traces of it from disk. Throws BUS_ADDRESS_IN_USE (naming port and holder) or
 * BUS_BIND_REFUSED; `elements` name the address in the file.
 */
export async function bindSocket(socket: Bindable, endpoint: string, elements: string): Promise<() => void> {
  const local = await holdLocalSocket(endpoint);
  try {
    await bindPatiently(socket, endpoint);
    local.bound();
    return () => local.release();
  } catch (error) {
    throw await bindError(endpoint, elements, error);
  }
}

/**
 * ZeroMQ closes in a thread of its own: a port of a socket that we have just closed can be taken for a moment still, and
 * the forwarder of a provider that was killed ends a moment after it.
 */
async function bindPatiently(socket: Bindable, endpoint: string): Promise<void> {
  const startMs = performance.now();
  for (;;) {
    try {
      await socket.bind(endpoint);
      return;
    } catch (error) {
      const isOver = performance.now() - startMs > PATIENCE_MS;
      if (isOver || !hasErrnoCode(error, 'EADDRINUSE') || !(await isGoing(endpoint))) throw error;
      await new Promise<void>((resume) => systemClock.after(PAUSE_MS, resume));
    }
  }
}

/** The holder is not found, is this process, or is a forwarder without its provider. */
async function isGoing(endpoint: string): Promise<boolean> {
  const tcp = parseTcpEndpoint(endpoint);
  if (tcp === undefined) return false;
  const holder = await describePortOwner(Number(tcp.port));
  return (
    holder === undefined || holder.startsWith(`pid ${process.pid} `) || holder.includes(FORWARDER_PROGRAM)
  );
}

/** The error for an address that could not be bound. */
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
    `cannot bind ${endpoint}: port ${port} is held by ${holder}`,
    {
      cause,
      details: { endpoint, port, holder },
      hint: `stop that process, or give this context other ports (${elements})`,
    },
  );
}
