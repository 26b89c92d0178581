// Sets up what <Security> of the provider's own file asks for: keys, guard, audit log.

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
  readonly guard: Authorizer;
}

interface Request {
  readonly settings: SecuritySettings;
  readonly stateFolder: string;
  readonly clock: Clock;
  readonly warn: (text: string) => void;
}

/** Throws SEC_KEY_FILE. */
export function openSecurity(request: Request): ProviderSecurity {
  const { settings, stateFolder, clock, warn } = request;
  const keys = readSecretKey(settings.secretKeyFile);
  if (keys.publicKey !== settings.publicKey) {
    throw new ContextdError(
      'SEC_KEY_FILE',
      `the public_key of <Security> does not belong to ${settings.secretKeyFile}`,
      { hint: `write public_key="${keys.publicKey}", or name the other file` },
    );
  }
  const services = new ServiceKeys(keys.secretKey);
  // Services that have lost their provider knock all the time; one that is refused does not come back.
  services.recognize(ownerOf(stateFolder), readProcessTable());
  const audit = new Audit(join(stateFolder, 'audit.jsonl'), clock, warn);
  const guard = new Authorizer({ keys, clients: settings.clients, services, audit, clock, warn });
  return { serverKey: keys.publicKey, keys, guard };
}
