// Opens the security of a provider from <Security> of its context file: keys, authorizer and audit log.

import { join } from 'node:path';
import type { Clock } from '../base/clock.js';
import { ContextdError } from '../base/errors.js';
import { readSecretKey } from '../base/key-file.js';
import type { KeyPair } from '../base/keys.js';
import type { SecuritySettings } from '../model/security.js';
import { ownerOf } from '../processes/run-token.js';
import { readProcessTable } from '../processes/process-table.js';
import { Audit } from './audit.js';
import { Authorizer } from './authorizer.js';
import { ServiceKeys } from './service-keys.js';

export interface ProviderSecurity {
  /** The provider's public key. */
  readonly serverKey: string;
  readonly keys: KeyPair;
  readonly authorizer: Authorizer;
}

interface Request {
  readonly settings: SecuritySettings;
  readonly stateFolder: string;
  readonly clock: Clock;
  readonly warn: (text: string) => void;
}

/** Throws SEC_KEY_FILE when the secret key cannot be read or does not match. */
export function openSecurity(request: Request): ProviderSecurity {
  const { settings, stateFolder, clock, warn } = request;
  const keys = readSecretKey(settings.secretKeyFile);
  if (keys.publicKey !== settings.publicKey) {
    throw new ContextdError(
      'SEC_KEY_FILE',
      `public_key of <Security> does not match the secret key in ${settings.secretKeyFile}`,
      { hint: `set public_key="${keys.publicKey}", or name the right secret key file` },
    );
  }
  const services = new ServiceKeys(keys.secretKey);
  // Running services reconnect as soon as the sockets are open, and a refused one does not try again: restore their keys first.
  services.restore(ownerOf(stateFolder), readProcessTable());
  const audit = new Audit(join(stateFolder, 'audit.jsonl'), clock, warn);
  const authorizer = new Authorizer({ keys, clients: settings.clients, services, audit, clock, warn });
  return { serverKey: keys.publicKey, keys, authorizer };
}
