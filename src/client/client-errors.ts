// The errors of a client whose provider or Monitor does not answer.

import { ContextdError } from '../base/errors.js';
import type { BusEndpoints } from '../bus/connection.js';

export function noMonitorError(transaction: string): ContextdError {
  return new ContextdError('SVC_NO_MONITOR', `no Monitor samples the services of ${transaction}`, {
    hint: 'add a service with instance="Monitor" to the context, or start one with --action=top --use_service --service_endpoint=tcp://127.0.0.1:6789',
  });
}

export function unreachableError(endpoints: BusEndpoints, timeoutMs: number): ContextdError {
  const { publish, subscribe } = endpoints;
  const message = `no provider at ${publish} (answers expected at ${subscribe}) within ${timeoutMs / 1000} s`;
  return new ContextdError('BUS_UNREACHABLE', message, {
    hint: 'start one with service_context FILE, or pass the right --endpoint',
    details: { ...endpoints },
  });
}

export function noAnswerError(endpoints: BusEndpoints, timeoutMs: number): ContextdError {
  return new ContextdError(
    'BUS_DEADLINE',
    `no answer within ${timeoutMs / 1000} s from ${endpoints.publish}`,
    {
      hint: "the command may still be executed; check with --action='list', or wait longer with --timeout",
    },
  );
}
