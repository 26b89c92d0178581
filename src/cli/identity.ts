// Who a command is towards a secured provider: options, environment, and what they come to.

import { ContextdError } from '../base/errors.js';
import { readPublicKey, readSecretKey } from '../base/key-file.js';
import { isKey, KEY_RULE } from '../base/keys.js';
import { isLocalEndpoint } from '../bus/endpoint.js';
import type { ClientSecurity } from '../bus/security.js';
import type { FoundProvider } from '../client/find-provider.js';

/** Stands in for --key. */
const KEY_VARIABLE = 'CONTEXTD_KEY';

/** Options of every command that connects. */
export const IDENTITY_OPTIONS = {
  key: {
    type: 'string',
    describe: `Your secret key file, for a secured provider (default: $${KEY_VARIABLE})`,
  },
  server_key: {
    type: 'string',
    describe: 'Its public key, or the file of it (default: from the context file, or found)',
  },
} as const;

/** What a shell offers for them. */
export const IDENTITY_VALUES = { key: 'files', server_key: 'files' } as const;

export interface IdentityArguments {
  readonly key: string | undefined;
  readonly server_key: string | undefined;
}

/** Undefined for a provider that is not secured. Throws SEC_KEY_MISSING, SEC_KEY_FILE and CLI_USAGE. */
export function readIdentity(args: IdentityArguments, found: FoundProvider): ClientSecurity | undefined {
  const serverKey = args.server_key === undefined ? found.serverKey : readServerKey(args.server_key);
  if (serverKey === undefined) {
    const isMeant = args.key !== undefined || (hasKeyVariable() && !isLocalEndpoint(found.publish));
    if (!isMeant) return undefined;
    throw new ContextdError('CLI_USAGE', `the public key of the provider at ${found.publish} is not known`, {
      hint: 'name it with --server_key, or its context file with --context_file',
    });
  }
  const file = args.key ?? process.env[KEY_VARIABLE];
  if (file !== undefined && file !== '') return { keys: readSecretKey(file), serverKey };
  throw new ContextdError(
    'SEC_KEY_MISSING',
    `the provider at ${found.publish} is secured, and no key of yours is named`,
    {
      hint: `name your secret key file with --key or in ${KEY_VARIABLE}; contextd keys new NAME makes one`,
    },
  );
}

/** Who has said so for a provider elsewhere does not want to speak to whoever is at its address. */
function hasKeyVariable(): boolean {
  return (process.env[KEY_VARIABLE] ?? '') !== '';
}

function readServerKey(text: string): string {
  if (isKey(text)) return text;
  if (/[/.]/.test(text)) return readPublicKey(text);
  throw new ContextdError('CLI_USAGE', `--server_key "${text}" is neither a public key nor a path`, {
    hint: `a public key is ${KEY_RULE}; a path has a slash or an ending, such as keys/provider.key`,
  });
}
