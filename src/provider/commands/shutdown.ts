// Whether a provider is shutting down: then nothing may be started any more.

import { ContextdError } from '../../base/errors.js';

export class Shutdown {
  #hasBegun = false;

  begin(): void {
    this.#hasBegun = true;
  }

  /** Throws CTX_ENDING after `begin`. Must be called before anything is started. */
  check(): void {
    if (this.#hasBegun) throw shutdownError();
  }
}

export function shutdownError(): ContextdError {
  return new ContextdError('CTX_ENDING', 'the provider is shutting down', {
    hint: 'start it again with service_context FILE',
  });
}
