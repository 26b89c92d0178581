// Helpers for errors in tests: the error, its faults and their lines.

import { expect } from 'vitest';
import { ContextdError } from '../../../src/base/errors.js';
import type { Fault } from '../../../src/xml/fault.js';

/** Returns the ContextdError that `act` throws; any other result fails the test. */
export function refusalOf(act: () => unknown): ContextdError {
  const error = tryRefusal(act);
  if (error === undefined) return expect.unreachable('nothing was refused');
  return error;
}

/** Returns undefined if `act` does not throw. Rethrows errors that are not a ContextdError. */
export function tryRefusal(act: () => unknown): ContextdError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof ContextdError) return error;
    throw error;
  }
}

export function faultsOf(error: ContextdError): readonly Fault[] {
  return error.details.faults as readonly Fault[];
}

/** `6:14 message (hint)` per fault. */
export function tellFaults(error: ContextdError): readonly string[] {
  return faultsOf(error).map(tellFault);
}

export function tellFault({ line, column, message, hint }: Fault): string {
  return `${line}:${column} ${message}${hint === undefined ? '' : ` (${hint})`}`;
}
