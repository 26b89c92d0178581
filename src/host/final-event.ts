// Reports how a run ended, and waits until a provider has received that event.

import { systemClock } from '../base/clock.js';
import { createDeferred } from '../base/deferred.js';
import { reportError, type ContextdError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import type { TaskEnd } from '../task/lifecycle.js';
import { locateError } from './locate-error.js';
import type { ProviderPresence } from './provider-presence.js';
import type { Reporter } from './reporter.js';

/** How long to wait for the acknowledgement of the final event, in milliseconds. */
const ACKNOWLEDGE_MS = 1000;

export interface FinalEventPorts {
  readonly reporter: Reporter;
  readonly log: Logger;
  readonly presence: ProviderPresence;
}

export class FinalEvent {
  readonly #ports: FinalEventPorts;
  readonly #acknowledged = createDeferred<'acknowledged'>();
  #seq: number | undefined;

  constructor(ports: FinalEventPorts) {
    this.#ports = ports;
  }

  /**
   * Resolves when a provider has acknowledged the event, so that it is never lost. This may be the next provider, if
   * the present one ends and another starts within the orphan grace.
   */
  async send(end: TaskEnd): Promise<void> {
    const { reporter, log, presence } = this.#ports;
    const acknowledged = this.#acknowledged.promise;
    this.#seq = end.kind === 'failed' ? this.#reportFailure(end.error) : reporter.reportEnd(end.kind);
    for (;;) {
      await Promise.race([acknowledged, presence.settled()]);
      const wait = createDeferred<'late'>();
      const cancel = systemClock.after(ACKNOWLEDGE_MS, () => wait.resolve('late'));
      const outcome = await Promise.race([acknowledged, wait.promise]);
      cancel();
      if (outcome === 'acknowledged') return;
      if (presence.state !== 'gone') break;
    }
    log.warn('no provider has acknowledged the final event');
  }

  /** A provider has received the event with this seq. */
  acknowledge(seq: number): void {
    if (seq === this.#seq) this.#acknowledged.resolve('acknowledged');
  }

  #reportFailure(error: ContextdError): number {
    const { reporter, log } = this.#ports;
    // The exit code and signal of a program are reported in the fields where a provider reports those of a process.
    const { exit_code: exitCode, signal, ...details } = error.details;
    const location = { ...locateError(error.cause), ...details };
    log.error(error.message, { code: error.code, ...location });
    if (error.cause instanceof Error) log.error(error.cause.stack ?? '');
    return reporter.reportEnd('failed', {
      reason: 'error',
      ...(exitCode === undefined ? {} : { exit_code: exitCode }),
      ...(signal === undefined ? {} : { signal }),
      error: { ...reportError(error), ...location },
    });
  }
}
