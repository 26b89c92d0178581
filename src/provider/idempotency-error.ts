// Why a command cannot be executed now: it could not be written down, or not be remembered, that it was.

import { ContextdError, reviveError } from '../base/errors.js';
import type { Health } from '../base/health.js';

interface Memory {
  readonly isFull: boolean;
  has(messageId: string): boolean;
}

/** What makes something new run, which the next provider must know of. */
const STARTING: readonly string[] = ['start', 'restart', 'reload'];

/** Undefined for what can be executed, and for what has been: that is only answered again. */
export function refusalOf(
  action: string,
  messageId: string | undefined,
  { once, health }: { readonly once: Memory; readonly health: Health },
): ContextdError | undefined {
  if (messageId !== undefined && once.has(messageId)) return undefined;
  const fault = health.of('journal');
  if (fault !== undefined && STARTING.includes(action)) return reviveError(fault);
  if (messageId === undefined || action === 'exit' || !once.isFull) return undefined;
  return new ContextdError('CTX_COMMANDS_FULL', 'too many commands have come within the last 10 minutes', {
    hint: 'send it again in some minutes; what has no message_id need not be remembered, and is executed each time',
  });
}
