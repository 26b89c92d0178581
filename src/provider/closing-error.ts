// What is said to those whom an ending provider cannot serve any more.

import { ContextdError } from '../base/errors.js';

export function closingError(): ContextdError {
  return new ContextdError('CTX_ENDING', 'the provider is about to end', {
    hint: 'start it again with service_context FILE',
  });
}
