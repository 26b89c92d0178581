// Whether there is a provider that can receive events.

import { createDeferred } from '../base/deferred.js';

/** `given_up`: the provider is gone, and is not expected to return. */
export type ProviderState = 'present' | 'gone' | 'given_up';

export class ProviderPresence {
  #state: ProviderState;
  #settled = createDeferred<void>();
  #report: (state: ProviderState) => void = () => undefined;

  constructor(state: ProviderState = 'gone') {
    this.#state = state;
    if (state !== 'gone') this.#settled.resolve();
  }

  get state(): ProviderState {
    return this.#state;
  }

  /** Resolves when there is a provider, or it is not expected to return. */
  settled(): Promise<void> {
    return this.#settled.promise;
  }

  set(state: ProviderState): void {
    if (state === 'gone' && this.#state !== 'gone') this.#settled = createDeferred<void>();
    if (state !== 'gone') this.#settled.resolve();
    this.#state = state;
    this.#report(state);
  }

  /** Reports the present state and every later one. */
  onChange(report: (state: ProviderState) => void): void {
    this.#report = report;
    report(this.#state);
  }
}
