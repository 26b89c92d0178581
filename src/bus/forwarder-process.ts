// Runs a provider's forwarder as a child process, and restarts it when it ends.

import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { systemClock } from '../base/clock.js';
import { createDeferred } from '../base/deferred.js';
import { messageOf, reportError, reviveError, type ErrorReport } from '../base/errors.js';
import type { KeyPair } from '../base/keys.js';
import type { BusEndpoints } from './connection.js';
import type { ForwarderBinds } from './forwarder.js';
import type { ForwarderCommand, ForwarderEvent } from './forwarder-messages.js';
import type { Peer } from './zap-handler.js';
import type { RejectedPeer } from './handshake-errors.js';
import { forwarderStartError, spawnForwarder } from './start-forwarder.js';
import { ConnectionRejecter } from './connection-rejecter.js';

/** How long the forwarder may take to pass on received messages before it is killed. */
const CLOSE_TIMEOUT_MS = 1500;
/** Pause before the second restart attempt; doubles up to MAX_RESTART_PAUSE_MS. */
const RESTART_PAUSE_MS = 200;
const MAX_RESTART_PAUSE_MS = 5000;

/** Client authorization, for a provider with security. */
export interface ForwarderSecurity {
  readonly keys: KeyPair;
  readonly isAllowed: (peer: Peer) => boolean;
  readonly onRejected: (peer: RejectedPeer) => void;
}

/** A fault of the forwarder that the provider reports. */
export interface ForwarderFault {
  readonly kind: 'ended' | 'accept_error' | 'handshake_timeout';
  readonly text: string;
}

export interface ForwarderProcessOptions {
  readonly security?: ForwarderSecurity | undefined;
  readonly onFault: (fault: ForwarderFault) => void;
  /** Called with the error of each failed restart, and with undefined once the forwarder runs again. */
  readonly onRestartFailed?: (error: ErrorReport | undefined) => void;
}

/** Statistics of the forwarder since the start of the provider. */
export interface ForwarderStats {
  /** 0 while it is not running. */
  readonly pid: number;
  /** How often it ended unexpectedly. */
  readonly restarts: number;
  /** How often a connection could not be accepted; a waiting connection counts for each attempt. */
  readonly not_accepted: number;
  /** Connections closed because their handshake timed out. */
  readonly silent: number;
}

/**
 *   provider ==pipe: open, authorization, close==> forwarder    ends when the pipe closes, however the provider ends
 *            <=== ready, authorize, accept_error, ... ==
 */
export class ForwarderProcess {
  /** The bound addresses, with wildcard ports resolved. */
  readonly endpoints: BusEndpoints;
  readonly #options: ForwarderProcessOptions;
  #run: ForwarderRun;
  /** Totals of the runs that have ended. */
  #earlierRuns = { restarts: 0, not_accepted: 0, silent: 0 };
  readonly #closing = createDeferred<void>();
  #isClosed = false;

  private constructor(options: ForwarderProcessOptions, run: ForwarderRun, endpoints: BusEndpoints) {
    this.#options = options;
    this.#run = run;
    this.endpoints = endpoints;
    void this.#watch();
  }

  /** Starts a forwarder. Throws BUS_ADDRESS_IN_USE (with port and owner), BUS_BIND_REFUSED or BUS_FORWARDER_FAILED. */
  static async open(binds: ForwarderBinds, options: ForwarderProcessOptions): Promise<ForwarderProcess> {
    const run = new ForwarderRun(options);
    return new ForwarderProcess(options, run, await run.open(binds));
  }

  get stats(): ForwarderStats {
    const { restarts, not_accepted, silent } = this.#earlierRuns;
    const { pid, counts } = this.#run;
    return { pid, restarts, not_accepted: not_accepted + counts.full, silent: silent + counts.silent };
  }

  /** Stops the forwarder and resolves when its ports are free. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closing.resolve();
    await this.#run.close();
  }

  async #watch(): Promise<void> {
    for (;;) {
      const how = await this.#run.ended;
      if (this.#isClosed) return;
      const { counts } = this.#run;
      this.#earlierRuns.restarts += 1;
      this.#earlierRuns.not_accepted += counts.full;
      this.#earlierRuns.silent += counts.silent;
      this.#options.onFault({
        kind: 'ended',
        text: `the forwarder has exited (${how}) and is being restarted`,
      });
      await this.#restart();
    }
  }

  async #restart(): Promise<void> {
    const { publish: frontend, subscribe: backend } = this.endpoints;
    for (
      let pauseMs = RESTART_PAUSE_MS;
      !this.#isClosed;
      pauseMs = Math.min(pauseMs * 2, MAX_RESTART_PAUSE_MS)
    ) {
      try {
        this.#run = new ForwarderRun(this.#options);
        await this.#run.open({ frontend, backend });
        this.#options.onRestartFailed?.(undefined);
        return;
      } catch (error) {
        this.#reportRestartFailure(error);
      }
      await this.#pauseUnlessClosed(pauseMs);
    }
  }

  #reportRestartFailure(error: unknown): void {
    if (!this.#isClosed) this.#options.onRestartFailed?.(reportError(error));
  }

  /** Resolves after `durationMs`, or earlier on `close`. */
  async #pauseUnlessClosed(durationMs: number): Promise<void> {
    const over = createDeferred<void>();
    const cancel = systemClock.after(durationMs, () => over.resolve());
    await Promise.race([over.promise, this.#closing.promise]);
    cancel();
  }
}

/** One forwarder process. */
class ForwarderRun {
  /** Resolves with the reason of its end. */
  readonly ended: Promise<string>;
  readonly counts = { full: 0, silent: 0 };
  readonly #child: ChildProcess;
  readonly #options: ForwarderProcessOptions;
  readonly #opened = createDeferred<BusEndpoints>();
  readonly #rejecters = { publish: new ConnectionRejecter(), subscribe: new ConnectionRejecter() };
  #reason: string | undefined;

  constructor(options: ForwarderProcessOptions) {
    this.#options = options;
    this.#child = spawnForwarder();
    this.#child.on('message', (report: ForwarderEvent, handle) => {
      this.#handleEvent(report, handle as Socket | undefined);
    });
    this.ended = this.#awaitEnd();
    this.#opened.promise.catch(() => undefined);
  }

  get pid(): number {
    return this.#child.connected ? (this.#child.pid ?? 0) : 0;
  }

  open(binds: ForwarderBinds): Promise<BusEndpoints> {
    this.#send({ kind: 'open', binds, keys: this.#options.security?.keys });
    return this.#opened.promise;
  }

  async close(): Promise<void> {
    this.#send({ kind: 'close' });
    const cancel = systemClock.after(CLOSE_TIMEOUT_MS, () => this.#child.kill('SIGKILL'));
    await this.ended;
    cancel();
  }

  async #awaitEnd(): Promise<string> {
    const end = createDeferred<string>();
    // If the process could not be spawned, there is `error` but no `exit`. Otherwise `error` means that a message could not be sent.
    this.#child.on('error', (error) => {
      if (this.#child.pid === undefined) end.resolve(messageOf(error));
    });
    this.#child.on('exit', (code, signal) => end.resolve(this.#reason ?? signal ?? `exit code ${code ?? 0}`));
    const how = await end.promise;
    for (const each of Object.values(this.#rejecters)) each.close();
    this.#opened.reject(forwarderStartError(how));
    return how;
  }

  #handleEvent(report: ForwarderEvent, handle: Socket | undefined): void {
    const { security, onFault: fault } = this.#options;
    switch (report.kind) {
      case 'ready':
        this.#opened.resolve(report.endpoints);
        return;
      case 'failed':
        this.#opened.reject(reviveError(report.error, report.details));
        void this.close();
        return;
      case 'authorize': {
        const { id, peer } = report;
        const isOwn = peer.key === security?.keys.publicKey;
        this.#send({ kind: 'authorization', id, isAllowed: isOwn || security?.isAllowed(peer) === true });
        return;
      }
      case 'rejected':
        security?.onRejected(report.peer);
        return;
      case 'accept_error': {
        const { side: end, code } = report.error;
        this.counts.full = report.count;
        if (handle !== undefined) this.#rejecters[end].acceptFailed(handle);
        fault({
          kind: 'accept_error',
          text: `connections cannot be accepted: ${code}; waiting connections are closed`,
        });
        return;
      }
      case 'handshake_timeout':
        this.counts.silent = report.count;
        fault({
          kind: 'handshake_timeout',
          text: 'connections were closed because their handshake timed out',
        });
        return;
      case 'fatal':
        this.#reason = report.message;
        return;
    }
  }

  #send(order: ForwarderCommand): void {
    // Errors are ignored: `exit` follows when the process is gone.
    if (this.#child.connected) this.#child.send(order, () => undefined);
  }
}
