// Whether there is a provider, as a thread hears it from the process around it.

import { createDeferred } from '../../base/deferred.js';
import type { ProviderPresence } from '../orphan-watchdog.js';

export class PortPresence implements ProviderPresence {
  #state: 'there' | 'gone' | 'given_up' = 'gone';
  #settled = createDeferred<void>();

  get isThere(): boolean {
    return this.#state === 'there';
  }

  get isGivenUp(): boolean {
    return this.#state === 'given_up';
  }

  settled(): Promise<void> {
    return this.#settled.promise;
  }

  note(state: 'there' | 'gone' | 'given_up'): void {
    if (state === 'gone' && this.#state === 'there') this.#settled = createDeferred<void>();
    this.#state = state;
    if (state !== 'gone') this.#settled.resolve();
  }
}
