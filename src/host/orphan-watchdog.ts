// Watches whether there is a provider: without one a host goes on for a while, then ends. No orphan lives for ever.

import { afterAwake, type Clock } from '../base/clock.js';
import { createDeferred } from '../base/deferred.js';
import type { Logger } from '../base/logger.js';
import type { Publisher } from '../bus/publisher.js';

export interface OrphanWatchdogPorts {
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

/** Whether somebody is there to hear the last word. */
export interface ProviderPresence {
  readonly isPresent: boolean;
  /** The grace is over: nobody is waited for any more. */
  readonly isGraceOver: boolean;
  /** Resolves when one of the two holds. */
  settled(): Promise<void>;
}

/** Until somebody watches. */
export const ALWAYS_PRESENT: ProviderPresence = {
  isPresent: true,
  isGraceOver: false,
  settled: () => Promise.resolve(),
};

/**
 *   no provider (yet) --grace--> stop --stop timeout--> kill
 *          \--found: nothing happens
 */
export class OrphanWatchdog implements ProviderPresence {
  readonly #ports: OrphanWatchdogPorts;
  #cancel: () => void = () => undefined;
  #isPresent = false;
  #isGraceOver = false;
  #settled = createDeferred<void>();

  /** Starts without a provider: it may have died while this process was being made. */
  constructor(ports: OrphanWatchdogPorts) {
    this.#ports = ports;
    this.#startGrace();
  }

  get isPresent(): boolean {
    return this.#isPresent;
  }

  get isGraceOver(): boolean {
    return this.#isGraceOver;
  }

  settled(): Promise<void> {
    return this.#settled.promise;
  }

  onFound(): void {
    this.#cancel();
    this.#isPresent = true;
    this.#settled.resolve();
  }

  /** Has no effect while there is none: the grace begins once. */
  onLost(): void {
    if (!this.#isPresent) return;
    this.#isPresent = false;
    if (!this.#isGraceOver) this.#settled = createDeferred<void>();
    this.#ports.log.warn('the provider is gone', { orphan_grace_ms: this.#ports.graceMs });
    this.#startGrace();
  }

  #startGrace(): void {
    const { clock, graceMs, stopTimeoutMs, log } = this.#ports;
    this.#cancel();
    this.#cancel = afterAwake(clock, graceMs, () => {
      log.error('no provider came back: ending');
      this.#isGraceOver = true;
      this.#settled.resolve();
      this.#ports.stop();
      // Found or not: what has been asked to end is held to it.
      clock.after(stopTimeoutMs, () => this.#ports.kill());
    });
  }
}

/**
 * Tells when the provider that subscribes to `topic` has come, and when the connection to its forwarder is lost.
 * Another provider at the same address makes a connection too, but does not subscribe to that.
 */
export function observeProvider(
  publisher: Publisher,
  topic: string,
  report: (isPresent: boolean) => void,
): void {
  const reportWhenPresent = (coming: Promise<void>) => {
    coming.then(
      () => report(true),
      () => undefined, // Closed before there was one.
    );
  };
  reportWhenPresent(publisher.waitForSubscriber(topic));
  publisher.onConnectionChange((isConnected) => {
    if (isConnected) return;
    report(false);
    reportWhenPresent(publisher.whenWantedAgain(topic));
  });
}

export function startOrphanWatchdog(
  publisher: Publisher,
  topic: string,
  ports: OrphanWatchdogPorts,
): ProviderPresence {
  const watch = new OrphanWatchdog(ports);
  observeProvider(publisher, topic, (isPresent) => (isPresent ? watch.onFound() : watch.onLost()));
  return watch;
}
