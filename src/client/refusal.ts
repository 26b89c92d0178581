// The error for a client that is not let in: what the provider is and what was brought does not fit.

import { ContextdError } from '../base/errors.js';
import type { BusEndpoints } from '../bus/connection.js';
import type { Publisher } from '../bus/publisher.js';
import type { RefusalReason } from '../bus/refusal.js';
import type { ClientSecurity } from '../bus/security.js';

/** Rejects with SEC_CONNECTION_REFUSED as soon as it is known; never resolves. */
export async function refusal(
  publisher: Publisher,
  { publish }: BusEndpoints,
  security: ClientSecurity | undefined,
): Promise<never> {
  const [message, hint] = describe(await publisher.refused, publish, security);
  throw new ContextdError('SEC_CONNECTION_REFUSED', message, { hint });
}

function describe(
  reason: RefusalReason,
  endpoint: string,
  security: ClientSecurity | undefined,
): readonly [message: string, hint: string] {
  switch (reason) {
    case 'unknown_key':
      return [
        `the provider at ${endpoint} does not know the key ${security?.keys.publicKey ?? ''}`,
        'have it added as a <Client> to <Security> of its context file, and the provider started again',
      ];
    case 'other_server':
      return [
        `the provider at ${endpoint} has not the key ${security?.serverKey ?? ''}`,
        'compare --server_key with public_key of <Security> in its context file',
      ];
    case 'mechanism':
      return security === undefined
        ? [
            `the provider at ${endpoint} is secured, and speaks with owners of known keys only`,
            "name your secret key file with --key and the provider's public key with --server_key",
          ]
        : [
            `the provider at ${endpoint} is not secured, and nothing is said to it in the open`,
            'leave --key and --server_key away if that is meant to be so',
          ];
  }
}
