// Whether there is a provider, as the main thread reports it to a thread.

import { createDeferred } from '../../base/deferred.js';
import type { ProviderPresence } from '../orphan-watchdog.js';

export class PortPresence implements ProviderPresence {
  #state: 'present' | 'gone' | 'given_up' = 'gone';
  #settled = createDeferred<void>();

  get isPresent(): boolean {
    return this.#state === 'present';
  }

  get isGraceOver(): boolean {
    return this.#state === 'given_up';
  }

  settled(): Promise<void> {
    return this.#settled.promise;
  }

  set(state: 'present' | 'gone' | 'given_up'): void {
    if (state === 'gone' && this.#state === 'present') this.#settled = createDeferred<void>();
    this.#state = state;
    if (state !== 'gone') this.#settled.resolve();
  }
}
