// The error for a client that is not let in: what the provider is and what was brought does not fit.

import { ContextdError } from '../base/errors.js';
import type { RefusalReason } from '../bus/handshake-errors.js';
import type { ClientSecurity } from '../bus/security.js';

/** Whom we wanted to speak with. */
export interface Counterpart {
  readonly name: 'provider' | 'Monitor';
  readonly endpoint: string;
}

/** Rejects with SEC_CONNECTION_REFUSED as soon as it is known; never resolves. */
export async function refusal(
  socket: { readonly refused: Promise<RefusalReason> },
  counterpart: Counterpart,
  security: ClientSecurity | undefined,
): Promise<never> {
  const reason = await socket.refused;
  // A secured side can hang up on who has no keys before it has told its mechanism.
  const told = security === undefined ? 'mechanism' : reason;
  const [message, hint] = describe(told, counterpart, security);
  throw new ContextdError('SEC_CONNECTION_REFUSED', message, { hint });
}

function describe(
  reason: RefusalReason,
  { name, endpoint }: Counterpart,
  security: ClientSecurity | undefined,
): readonly [message: string, hint: string] {
  switch (reason) {
    case 'unknown_key':
      return [
        `the ${name} at ${endpoint} does not know the key ${security?.keys.publicKey ?? ''}`,
        'have it added as a <Client> to <Security> of its context file, and the provider started again',
      ];
    case 'other_server':
      return [
        `the ${name} at ${endpoint} has not the key ${security?.serverKey ?? ''}, or is not secured, and nothing is said to it in the open`,
        'compare --server_key with public_key of <Security> in its context file; leave --key and --server_key away if it has none',
      ];
    case 'mechanism':
      return security === undefined
        ? [
            `the ${name} at ${endpoint} is secured, and speaks with owners of known keys only`,
            "name your secret key file with --key and the provider's public key with --server_key",
          ]
        : [
            `the ${name} at ${endpoint} is not secured, and nothing is said to it in the open`,
            'leave --key and --server_key away if that is meant to be so',
          ];
  }
}
