// The forwarder of a provider, as a process of its own: started, watched, and started again when it ends.

import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { systemClock } from '../base/clock.js';
import { createDeferred } from '../base/deferred.js';
import { messageOf, reportError, reviveError, type ErrorReport } from '../base/errors.js';
import type { KeyPair } from '../base/keys.js';
import type { BusEndpoints } from './connection.js';
import type { ForwarderBinds } from './forwarder.js';
import type { ForwarderOrder, ForwarderReport } from './forwarder-messages.js';
import type { Peer } from './zap-handler.js';
import type { RejectedPeer } from './handshake-errors.js';
import { startError, startProgram } from './start-forwarder.js';
import { TurnAway } from './turn-away.js';

/** How long it may take to pass on what has come, before it is killed. */
const CLOSE_MS = 1500;
/** Between two attempts to start it again: the first pause, which doubles, and the longest. */
const AGAIN_MS = 200;
const AGAIN_MOST_MS = 5000;

/** Of a secured provider. */
export interface ForwarderSecurity {
  readonly keys: KeyPair;
  readonly admits: (peer: Peer) => boolean;
  readonly refused: (stranger: RejectedPeer) => void;
}

/** What a provider has to know of its forwarder. */
export interface ForwarderFault {
  readonly kind: 'ended' | 'full' | 'silent';
  readonly text: string;
}

export interface ForwarderProcessOptions {
  readonly security?: ForwarderSecurity | undefined;
  readonly fault: (fault: ForwarderFault) => void;
  /** Called with each error while it cannot be started again, and with undefined once it runs. */
  readonly stuck?: (error: ErrorReport | undefined) => void;
}

/** So far. */
export interface ForwarderFigures {
  /** 0 while there is none. */
  readonly pid: number;
  /** How often it has ended without being asked to. */
  readonly restarts: number;
  /** How often a connection could not be accepted; one that waits counts each time. */
  readonly not_accepted: number;
  /** Connections that were closed because they said nothing. */
  readonly silent: number;
}

/**
 *   provider ==pipe: open, verdict, close==> forwarder    ends with the pipe, whatever ends the provider
 *            <=== ready, judge, full, ... ==
 */
export class ForwarderProcess {
  /** The bound addresses, wildcard ports resolved. */
  readonly endpoints: BusEndpoints;
  readonly #options: ForwarderProcessOptions;
  #run: Run;
  /** Of those that have ended. */
  #earlier = { restarts: 0, not_accepted: 0, silent: 0 };
  readonly #closing = createDeferred<void>();
  #isClosed = false;

  private constructor(options: ForwarderProcessOptions, run: Run, endpoints: BusEndpoints) {
    this.#options = options;
    this.#run = run;
    this.endpoints = endpoints;
    void this.#watch();
  }

  /** Throws BUS_ADDRESS_IN_USE (naming port and holder), BUS_BIND_REFUSED or BUS_FORWARDER_FAILED. */
  static async open(binds: ForwarderBinds, options: ForwarderProcessOptions): Promise<ForwarderProcess> {
    const run = new Run(options);
    return new ForwarderProcess(options, run, await run.open(binds));
  }

  get figures(): ForwarderFigures {
    const { restarts, not_accepted, silent } = this.#earlier;
    const { pid, counts } = this.#run;
    return { pid, restarts, not_accepted: not_accepted + counts.full, silent: silent + counts.silent };
  }

  /** Resolves when its ports are free. */
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
      this.#earlier.restarts += 1;
      this.#earlier.not_accepted += counts.full;
      this.#earlier.silent += counts.silent;
      this.#options.fault({ kind: 'ended', text: `the forwarder has ended (${how}), and is started again` });
      await this.#startAgain();
    }
  }

  async #startAgain(): Promise<void> {
    const { publish: frontend, subscribe: backend } = this.endpoints;
    for (let pauseMs = AGAIN_MS; !this.#isClosed; pauseMs = Math.min(pauseMs * 2, AGAIN_MOST_MS)) {
      try {
        this.#run = new Run(this.#options);
        await this.#run.open({ frontend, backend });
        this.#options.stuck?.(undefined);
        return;
      } catch (error) {
        this.#tellStuck(error);
      }
      await this.#pause(pauseMs);
    }
  }

  #tellStuck(error: unknown): void {
    if (!this.#isClosed) this.#options.stuck?.(reportError(error));
  }

  /** Cut short by `close`. */
  async #pause(durationMs: number): Promise<void> {
    const over = createDeferred<void>();
    const cancel = systemClock.after(durationMs, () => over.resolve());
    await Promise.race([over.promise, this.#closing.promise]);
    cancel();
  }
}

/** One process, from its start to its end. */
class Run {
  /** How it ended. */
  readonly ended: Promise<string>;
  readonly counts = { full: 0, silent: 0 };
  readonly #child: ChildProcess;
  readonly #options: ForwarderProcessOptions;
  readonly #opened = createDeferred<BusEndpoints>();
  readonly #turnAway = { publish: new TurnAway(), subscribe: new TurnAway() };
  #reason: string | undefined;

  constructor(options: ForwarderProcessOptions) {
    this.#options = options;
    this.#child = startProgram();
    this.#child.on('message', (report: ForwarderReport, handle) => {
      this.#hear(report, handle as Socket | undefined);
    });
    this.ended = this.#awaitEnd();
    this.#opened.promise.catch(() => undefined);
  }

  get pid(): number {
    return this.#child.connected ? (this.#child.pid ?? 0) : 0;
  }

  open(binds: ForwarderBinds): Promise<BusEndpoints> {
    this.#say({ kind: 'open', binds, keys: this.#options.security?.keys });
    return this.#opened.promise;
  }

  async close(): Promise<void> {
    this.#say({ kind: 'close' });
    const cancel = systemClock.after(CLOSE_MS, () => this.#child.kill('SIGKILL'));
    await this.ended;
    cancel();
  }

  async #awaitEnd(): Promise<string> {
    const end = createDeferred<string>();
    // Without a process there is an error and no end; with one, an error means that it could not be told something.
    this.#child.on('error', (error) => {
      if (this.#child.pid === undefined) end.resolve(messageOf(error));
    });
    this.#child.on('exit', (code, signal) => end.resolve(this.#reason ?? signal ?? `exit code ${code ?? 0}`));
    const how = await end.promise;
    for (const each of Object.values(this.#turnAway)) each.close();
    this.#opened.reject(startError(how));
    return how;
  }

  #hear(report: ForwarderReport, handle: Socket | undefined): void {
    const { security, fault } = this.#options;
    switch (report.kind) {
      case 'ready':
        this.#opened.resolve(report.endpoints);
        return;
      case 'failed':
        this.#opened.reject(reviveError(report.error, report.details));
        void this.close();
        return;
      case 'judge': {
        const { id, peer } = report;
        const isOwn = peer.key === security?.keys.publicKey;
        this.#say({ kind: 'verdict', id, isAdmitted: isOwn || security?.admits(peer) === true });
        return;
      }
      case 'refused':
        security?.refused(report.stranger);
        return;
      case 'full': {
        const { end, code } = report.fault;
        this.counts.full = report.count;
        if (handle !== undefined) this.#turnAway[end].note(handle);
        fault({
          kind: 'full',
          text: `connections cannot be accepted: ${code}; those who wait are turned away`,
        });
        return;
      }
      case 'silent':
        this.counts.silent = report.count;
        fault({ kind: 'silent', text: 'connections were closed that said nothing' });
        return;
      case 'fault':
        this.#reason = report.message;
        return;
    }
  }

  #say(order: ForwarderOrder): void {
    // What cannot be said to it any more, its end tells.
    if (this.#child.connected) this.#child.send(order, () => undefined);
  }
}
