// Entry point of the forwarder process: started by a provider, ends as soon as the provider ends.

import type { Socket } from 'node:net';
import { systemClock, type Clock } from '../../base/clock.js';
import { asContextdError, messageOf, reportError } from '../../base/errors.js';
import type { BusEndpoints } from '../connection.js';
import { Forwarder, type AcceptError } from '../forwarder.js';
import type { ForwarderCommand, ForwarderEvent } from '../forwarder-messages.js';
import { ZapHandler, type Peer } from '../zap-handler.js';
import { findListeningSocket } from '../listening-socket.js';

type OpenCommand = Extract<ForwarderCommand, { kind: 'open' }>;

/** Minimum interval between two reports of the same kind. */
const REPORT_INTERVAL_MS = 200;
const PARENT_CHECK_MS = 500;

class ForwarderProgram {
  readonly #clock: Clock;
  readonly #listeners = new Map<keyof BusEndpoints, Socket>();
  readonly #authorizations = new Map<number, (isAllowed: boolean) => void>();
  #forwarder: Forwarder | undefined;
  #isBehind = false;
  #isClosing = false;
  #lastRequestId = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  run(): void {
    const fail = (error: unknown) => this.#fail(error);
    // SIGKILL, because process.exit() would wait for the proxy: the ports must be free when the provider has ended.
    process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
    this.#checkParent(process.ppid);
    // systemd and Ctrl-C signal the whole group; the provider stops its forwarder last.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
    process.on('uncaughtException', fail);
    process.on('unhandledRejection', fail);
    process.on('message', (command: ForwarderCommand) => this.#onCommand(command));
  }

  #onCommand(command: ForwarderCommand): void {
    switch (command.kind) {
      case 'open':
        void this.#open(command);
        return;
      case 'authorization':
        this.#authorizations.get(command.id)?.(command.isAllowed);
        this.#authorizations.delete(command.id);
        return;
      case 'close':
        this.#isClosing = true;
        void (this.#forwarder?.close() ?? Promise.resolve()).then(
          () => process.exit(0),
          (error: unknown) => this.#fail(error),
        );
        return;
    }
  }

  /** The pipe alone is not enough: it may have closed while this program was loaded, or be open in another process. */
  #checkParent(parent: number): void {
    if (!process.connected || process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
    this.#clock.after(PARENT_CHECK_MS, () => this.#checkParent(parent));
  }

  async #open({ binds, keys }: OpenCommand): Promise<void> {
    try {
      const zap = keys && (await ZapHandler.open(keys, (peer) => this.#authorize(peer)));
      this.#forwarder = await Forwarder.open(binds, {
        security: zap?.security,
        onRejected: keys && ((peer) => this.#sendUnlessBehind({ kind: 'rejected', peer })),
        onAcceptError: throttle(this.#clock, (count, error: AcceptError) =>
          this.#reportAcceptError(error, count),
        ),
        onHandshakeTimeout: throttle(this.#clock, (count) =>
          this.#sendUnlessBehind({ kind: 'handshake_timeout', count }),
        ),
      });
    } catch (error) {
      const { details } = asContextdError(error);
      this.#send({ kind: 'failed', error: reportError(error), details });
      return;
    }
    const { endpoints, running } = this.#forwarder;
    running.then(
      () => this.#isClosing || this.#fail('the proxy has ended'),
      (error: unknown) => this.#fail(error),
    );
    this.#send({ kind: 'ready', endpoints });
    for (const side of ['publish', 'subscribe'] as const) {
      const listener = await findListeningSocket(endpoints[side]);
      if (listener !== undefined) this.#listeners.set(side, listener);
    }
  }

  /** Asks the provider, because it creates keys for services at run time. */
  #authorize(peer: Peer): Promise<boolean> {
    this.#lastRequestId += 1;
    const id = this.#lastRequestId;
    this.#send({ kind: 'authorize', id, peer });
    return new Promise((resolve) => this.#authorizations.set(id, resolve));
  }

  /** The provider closes the waiting connections, because ZeroMQ retries in a busy loop; see connection-rejecter.ts. */
  #reportAcceptError(error: AcceptError, count: number): void {
    this.#sendUnlessBehind({ kind: 'accept_error', error, count }, this.#listeners.get(error.side));
  }

  #send(event: ForwarderEvent, listener?: Socket): void {
    // keepOpen: this process still uses the socket.
    const sent = process.send?.(event, listener, { keepOpen: true }, () => (this.#isBehind = false));
    this.#isBehind = sent === false;
  }

  /** Drops the event if the provider does not read fast enough. */
  #sendUnlessBehind(event: ForwarderEvent, listener?: Socket): void {
    if (!this.#isBehind && process.connected) this.#send(event, listener);
  }

  #fail(error: unknown): void {
    if (process.connected) this.#send({ kind: 'fatal', message: messageOf(error) });
    process.kill(process.pid, 'SIGKILL');
  }
}

/** Calls `report` with the number of calls so far: immediately for the first call, then at most every REPORT_INTERVAL_MS. */
function throttle<T extends readonly unknown[]>(
  clock: Clock,
  report: (count: number, ...args: T) => void,
): (...args: T) => void {
  let count = 0;
  let last: T | undefined;
  let isPaused = false;
  const call = (args: T) => {
    last = undefined;
    isPaused = true;
    report(count, ...args);
    clock.after(REPORT_INTERVAL_MS, () => {
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

new ForwarderProgram(systemClock).run();
