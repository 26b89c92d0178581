// Entry point of the forwarder process: started by a provider, ends as soon as the provider ends.

import type { Socket } from 'node:net';
import { systemClock } from '../../base/clock.js';
import { asContextdError, messageOf, reportError } from '../../base/errors.js';
import type { BusEndpoints } from '../connection.js';
import { Forwarder, type AcceptError } from '../forwarder.js';
import type { ForwarderCommand, ForwarderEvent } from '../forwarder-messages.js';
import { openZapHandler, type Peer } from '../zap-handler.js';
import { findListeningSocket } from '../listening-socket.js';

type OpenCommand = Extract<ForwarderCommand, { kind: 'open' }>;

/** Minimum interval between two reports of the same kind. */
const REPORT_INTERVAL_MS = 200;
const PARENT_CHECK_MS = 500;

// SIGKILL, because process.exit() would wait for the proxy: the ports must be free when the provider has ended.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
checkParent(process.ppid);
// systemd and Ctrl-C signal the whole group; the provider stops its forwarder last.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

const listeners = new Map<keyof BusEndpoints, Socket>();
const pendingAuthorizations = new Map<number, (isAllowed: boolean) => void>();
let forwarder: Forwarder | undefined;
let isBehind = false;
let isClosing = false;
let lastRequestId = 0;

process.on('message', (command: ForwarderCommand) => {
  switch (command.kind) {
    case 'open':
      void open(command);
      return;
    case 'authorization':
      pendingAuthorizations.get(command.id)?.(command.isAllowed);
      pendingAuthorizations.delete(command.id);
      return;
    case 'close':
      isClosing = true;
      void (forwarder?.close() ?? Promise.resolve()).then(() => process.exit(0), fail);
      return;
  }
});

/** The pipe alone is not enough: it may have closed while this program was loaded, or be open in another process. */
function checkParent(parent: number): void {
  if (!process.connected || process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  systemClock.after(PARENT_CHECK_MS, () => checkParent(parent));
}

async function open({ binds, keys }: OpenCommand): Promise<void> {
  try {
    const zap = keys && (await openZapHandler(keys, authorize));
    forwarder = await Forwarder.open(binds, {
      security: zap?.security,
      onRejected: keys && ((peer) => sendUnlessBehind({ kind: 'rejected', peer })),
      onAcceptError: throttle((count, error: AcceptError) => reportAcceptError(error, count)),
      onHandshakeTimeout: throttle((count) => sendUnlessBehind({ kind: 'handshake_timeout', count })),
    });
  } catch (error) {
    const { details } = asContextdError(error);
    send({ kind: 'failed', error: reportError(error), details });
    return;
  }
  const { endpoints, running } = forwarder;
  running.then(() => isClosing || fail('the proxy has ended'), fail);
  send({ kind: 'ready', endpoints });
  for (const side of ['publish', 'subscribe'] as const) {
    const listener = await findListeningSocket(endpoints[side]);
    if (listener !== undefined) listeners.set(side, listener);
  }
}

/** Asks the provider, because it creates keys for services at run time. */
function authorize(peer: Peer): Promise<boolean> {
  lastRequestId += 1;
  const id = lastRequestId;
  send({ kind: 'authorize', id, peer });
  return new Promise((resolve) => pendingAuthorizations.set(id, resolve));
}

/** The provider closes the waiting connections, because ZeroMQ retries in a busy loop; see connection-rejecter.ts. */
function reportAcceptError(error: AcceptError, count: number): void {
  sendUnlessBehind({ kind: 'accept_error', error, count }, listeners.get(error.side));
}

/** Calls `report` with the number of calls so far: immediately for the first call, then at most every REPORT_INTERVAL_MS. */
function throttle<T extends readonly unknown[]>(
  report: (count: number, ...args: T) => void,
): (...args: T) => void {
  let count = 0;
  let last: T | undefined;
  let isPaused = false;
  const call = (args: T) => {
    last = undefined;
    isPaused = true;
    report(count, ...args);
    systemClock.after(REPORT_INTERVAL_MS, () => {
      isPaused = false;
      if (last !== undefined) call(last);
    });
  };
  return (...args) => {
    count += 1;
    if (isPaused) last = args;
    else call(args);
  };
}

function send(event: ForwarderEvent, listener?: Socket): void {
  // keepOpen: this process still uses the socket.
  isBehind = process.send?.(event, listener, { keepOpen: true }, () => (isBehind = false)) === false;
}

/** Drops the event if the provider does not read fast enough. */
function sendUnlessBehind(event: ForwarderEvent, listener?: Socket): void {
  if (!isBehind && process.connected) send(event, listener);
}

function fail(error: unknown): void {
  if (process.connected) send({ kind: 'fatal', message: messageOf(error) });
  process.kill(process.pid, 'SIGKILL');
}
