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
  readonly isThere: boolean;
  /** The grace is over: nobody is waited for any more. */
  readonly isGivenUp: boolean;
  /** Resolves when one of the two holds. */
  settled(): Promise<void>;
}

/** Until somebody watches. */
export const ALWAYS_THERE: ProviderPresence = {
  isThere: true,
  isGivenUp: false,
  settled: () => Promise.resolve(),
};

/**
 *   no provider (yet) --grace--> stop --stop timeout--> kill
 *          \--found: nothing happens
 */
export class OrphanWatchdog implements ProviderPresence {
  readonly #ports: OrphanWatchdogPorts;
  #cancel: () => void = () => undefined;
  #isThere = false;
  #isGivenUp = false;
  #settled = createDeferred<void>();

  /** Starts without a provider: it may have died while this process was being made. */
  constructor(ports: OrphanWatchdogPorts) {
    this.#ports = ports;
    this.#waitForIt();
  }

  get isThere(): boolean {
    return this.#isThere;
  }

  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  settled(): Promise<void> {
    return this.#settled.promise;
  }

  found(): void {
    this.#cancel();
    this.#isThere = true;
    this.#settled.resolve();
  }

  /** Has no effect while there is none: the grace begins once. */
  lost(): void {
    if (!this.#isThere) return;
    this.#isThere = false;
    if (!this.#isGivenUp) this.#settled = createDeferred<void>();
    this.#ports.log.warn('the provider is gone', { orphan_grace_ms: this.#ports.graceMs });
    this.#waitForIt();
  }

  #waitForIt(): void {
    const { clock, graceMs, stopTimeoutMs, log } = this.#ports;
    this.#cancel();
    this.#cancel = afterAwake(clock, graceMs, () => {
      log.error('no provider came back: ending');
      this.#isGivenUp = true;
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
export function observeProvider(publisher: Publisher, topic: string, tell: (isThere: boolean) => void): void {
  const whenThere = (coming: Promise<void>) => {
    coming.then(
      () => tell(true),
      () => undefined, // Closed before there was one.
    );
  };
  whenThere(publisher.waitForSubscriber(topic));
  publisher.onConnectionChange((isConnected) => {
    if (isConnected) return;
    tell(false);
    whenThere(publisher.whenWantedAgain(topic));
  });
}

export function startOrphanWatchdog(
  publisher: Publisher,
  topic: string,
  ports: OrphanWatchdogPorts,
): ProviderPresence {
  const watch = new OrphanWatchdog(ports);
  observeProvider(publisher, topic, (isThere) => (isThere ? watch.found() : watch.lost()));
  return watch;
}
