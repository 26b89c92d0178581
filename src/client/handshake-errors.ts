// The error of a client whose connection is refused because its keys and those of the provider do not match.

import { ContextdError } from '../base/errors.js';
import type { RejectionReason } from '../bus/handshake-errors.js';
import type { ClientSecurity } from '../bus/security.js';

/** The other end of a refused connection. */
export interface Peer {
  readonly name: 'provider' | 'Monitor';
  readonly endpoint: string;
}

/** Rejects with SEC_CONNECTION_REFUSED when the connection is refused; never resolves. */
export async function rejectWhenRefused(
  socket: { readonly refused: Promise<RejectionReason> },
  peer: Peer,
  security: ClientSecurity | undefined,
): Promise<never> {
  const reason = await socket.refused;
  // A secured peer can close the connection of a client without keys before it has announced its mechanism.
  const shownReason = security === undefined ? 'mechanism' : reason;
  const [message, hint] = describe(shownReason, peer, security);
  throw new ContextdError('SEC_CONNECTION_REFUSED', message, { hint });
}

function describe(
  reason: RejectionReason,
  { name, endpoint }: Peer,
  security: ClientSecurity | undefined,
): readonly [message: string, hint: string] {
  switch (reason) {
    case 'unknown_key':
      return [
        `the ${name} at ${endpoint} does not know the key ${security?.keys.publicKey ?? ''}`,
        'add it as a <Client> to <Security> of its context file, and restart the provider',
      ];
    case 'other_server':
      return [
        `the ${name} at ${endpoint} does not have the key ${security?.serverKey ?? ''}, or is not secured; nothing was sent unencrypted`,
        'compare --server_key with public_key of <Security> in its context file; if the file has no <Security>, remove --key and --server_key',
      ];
    case 'mechanism':
      return security === undefined
        ? [
            `the ${name} at ${endpoint} is secured and accepts known keys only`,
            "pass your secret key file with --key and the provider's public key with --server_key",
          ]
        : [
            `the ${name} at ${endpoint} is not secured; nothing was sent unencrypted`,
            'remove --key and --server_key if it is meant to be unsecured',
          ];
  }
}
