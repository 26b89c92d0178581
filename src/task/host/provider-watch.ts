// Watches whether there is a provider: without one a host goes on for a while, then ends. No orphan lives for ever.

import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';

export interface ProviderWatchPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** How long to go on without a provider, in milliseconds. */
  readonly graceMs: number;
  /** How long the task may take to end then, in milliseconds. */
  readonly stopTimeoutMs: number;
  /** Asks the task to end. */
  stop(): void;
  /** Ends the process, whatever the task does. */
  kill(): void;
}

/**
 *   no provider (yet) --grace--> stop --stop timeout--> kill
 *          \--found: nothing happens
 */
export class ProviderWatch {
  readonly #ports: ProviderWatchPorts;
  #cancel: () => void = () => undefined;

  /** Starts without a provider: it may have died while this process was being made. */
  constructor(ports: ProviderWatchPorts) {
    this.#ports = ports;
    this.#waitForIt();
  }

  found(): void {
    this.#cancel();
  }

  lost(): void {
    this.#ports.log.warn('the provider is gone', { orphan_grace_ms: this.#ports.graceMs });
    this.#waitForIt();
  }

  #waitForIt(): void {
    const { clock, graceMs, stopTimeoutMs, log } = this.#ports;
    this.#cancel();
    this.#cancel = clock.after(graceMs, () => {
      log.error('no provider came back: ending');
      this.#ports.stop();
      // Found or not: what has been asked to end is held to it.
      clock.after(stopTimeoutMs, () => this.#ports.kill());
    });
  }
}
