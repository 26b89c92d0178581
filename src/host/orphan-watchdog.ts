// Ends a run whose provider does not return within the orphan grace, so that no service runs for ever without one.

import { afterAwake, type Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { Publisher } from '../bus/publisher.js';
import { ProviderPresence } from './provider-presence.js';

export interface OrphanWatchdogPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** How long to keep running without a provider, in milliseconds. */
  readonly graceMs: number;
  /** How long the task may take to end after that, in milliseconds. */
  readonly stopTimeoutMs: number;
  /** Asks the task to end. */
  stop(): void;
  /** Ends the process even if the task does not end. */
  kill(): void;
}

/**
 *   no provider (yet) --grace--> stop --stop timeout--> kill
 *          \--found: nothing happens
 */
export class OrphanWatchdog {
  readonly presence = new ProviderPresence();
  readonly #ports: OrphanWatchdogPorts;
  #cancel: () => void = () => undefined;
  #isGraceOver = false;

  /** Starts without a provider: it may have ended while this process was being started. */
  constructor(ports: OrphanWatchdogPorts) {
    this.#ports = ports;
    this.#startGrace();
  }

  onFound(): void {
    this.#cancel();
    this.presence.set('present');
  }

  /** Has no effect while there is no provider: the grace starts once. */
  onLost(): void {
    if (this.presence.state !== 'present') return;
    this.presence.set(this.#isGraceOver ? 'given_up' : 'gone');
    this.#ports.log.warn('the provider is gone', { orphan_grace_ms: this.#ports.graceMs });
    this.#startGrace();
  }

  /** The task has ended: there is nothing more to end. */
  close(): void {
    this.#cancel();
  }

  #startGrace(): void {
    const { clock, graceMs, stopTimeoutMs, log } = this.#ports;
    this.#cancel();
    this.#cancel = afterAwake(clock, graceMs, () => {
      log.error('no provider has returned within the orphan grace: ending');
      this.#isGraceOver = true;
      this.presence.set('given_up');
      this.#ports.stop();
      // Also when a provider returns meanwhile: the task has been asked to end and must end.
      clock.after(stopTimeoutMs, () => this.#ports.kill());
    });
  }
}

/**
 * Reports when the provider has subscribed to `topic`, and when the connection to its forwarder is lost. Another
 * provider at the same address also makes a connection, but does not subscribe to `topic`.
 */
export function observeProvider(
  publisher: Publisher,
  topic: string,
  report: (isPresent: boolean) => void,
): void {
  const reportWhenPresent = (coming: Promise<void>) => {
    coming.then(
      () => report(true),
      () => undefined, // The connection was closed first.
    );
  };
  reportWhenPresent(publisher.waitForSubscriber(topic));
  publisher.onConnectionChange((isConnected) => {
    if (isConnected) return;
    report(false);
    reportWhenPresent(publisher.waitForNewSubscriber(topic));
  });
}
