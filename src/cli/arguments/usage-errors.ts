// The errors of a wrong command line (CLI_USAGE).

import { ContextdError } from '../../base/errors.js';

export function usageError(message: string, hint: string): ContextdError {
  return new ContextdError('CLI_USAGE', message, { hint });
}

/** `hint` names the allowed values. */
export function invalidValue(flag: string, value: string | number, hint: string): ContextdError {
  const shown = typeof value === 'string' ? `"${value}"` : value;
  return usageError(`invalid value ${shown} for --${flag}`, hint);
}
