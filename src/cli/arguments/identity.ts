// The keys that a command uses with a secured provider, from options and environment.

import { ContextdError } from '../../base/errors.js';
import { readPublicKey, readSecretKey } from '../../base/key-file.js';
import { isKey, KEY_RULE } from '../../base/keys.js';
import { isLocalEndpoint } from '../../bus/endpoint.js';
import type { ClientSecurity } from '../../bus/security.js';
import type { FoundProvider } from '../../client/find-provider.js';
import { invalidValue, usageError } from './usage-errors.js';

/** Used when --key is not given. */
const KEY_VARIABLE = 'CONTEXTD_KEY';

/** Options of every command that connects. */
export const IDENTITY_OPTIONS = {
  key: {
    type: 'string',
    describe: `Your secret key file, for a secured provider (default: $${KEY_VARIABLE})`,
  },
  server_key: {
    type: 'string',
    describe: "Provider's public key or its file (default: from the context file, or detected)",
  },
} as const;

/** Their values for shell completion. */
export const IDENTITY_VALUES = { key: 'files', server_key: 'files' } as const;

export interface IdentityArguments {
  readonly key: string | undefined;
  readonly server_key: string | undefined;
}

/** Undefined for a provider that is not secured. Throws SEC_KEY_MISSING, SEC_KEY_FILE and CLI_USAGE. */
export function readIdentity(args: IdentityArguments, found: FoundProvider): ClientSecurity | undefined {
  const serverKey = args.server_key === undefined ? found.serverKey : readServerKey(args.server_key);
  if (serverKey === undefined) {
    const wantsSecurity = args.key !== undefined || (hasKeyVariable() && !isLocalEndpoint(found.publish));
    if (!wantsSecurity) return undefined;
    throw usageError(
      `the public key of the provider at ${found.publish} is unknown`,
      'pass it with --server_key, or pass its context file with --context_file',
    );
  }
  const file = args.key ?? process.env[KEY_VARIABLE];
  if (file !== undefined && file !== '') return { keys: readSecretKey(file), serverKey };
  throw new ContextdError(
    'SEC_KEY_MISSING',
    `the provider at ${found.publish} is secured, and you passed no secret key`,
    {
      hint: `pass your secret key file with --key or in ${KEY_VARIABLE}; 'contextd keys new NAME' creates one`,
    },
  );
}

/** With the variable set, a command never sends unencrypted messages to a provider on another machine. */
function hasKeyVariable(): boolean {
  return (process.env[KEY_VARIABLE] ?? '') !== '';
}

function readServerKey(text: string): string {
  if (isKey(text)) return text;
  if (/[/.]/.test(text)) return readPublicKey(text);
  throw invalidValue(
    'server_key',
    text,
    `expected a public key (${KEY_RULE}), or a path with a slash or a dot, such as keys/provider.key`,
  );
}
