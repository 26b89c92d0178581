// The settings of <Security>: the key of the provider, the keys of its clients and their roles.

import { resolve } from 'node:path';
import * as z from 'zod';
import { isKey, KEY_RULE } from '../base/keys.js';
import { id, nonEmpty, pattern, word, XML_FORMS } from './fields.js';
import type { ValuePath } from '../xml/fault.js';
import { asList, textAt, valueAt } from './values.js';

/** In ascending order: each role includes the rights of the roles before it. */
export const ROLES = ['read', 'operate', 'admin'] as const;
export type Role = (typeof ROLES)[number];

const publicKey = () =>
  pattern(isKey, { rule: KEY_RULE, patterns: ['[0-9a-zA-Z.:+=^!/*?&<>()\\[\\]{}@%$#\\-]{40}'] });

const clientSchema = z
  .looseObject({ name: id(), key: publicKey(), role: word(ROLES) })
  .register(XML_FORMS, { attributes: ['name', 'key', 'role'] });

export const securitySchema = z
  .looseObject({
    public_key: publicKey(),
    secret_key: nonEmpty('the path of the secret key file'),
    Client: z.preprocess((value) => asList(value), z.array(clientSchema)),
  })
  .register(XML_FORMS, { attributes: ['public_key', 'secret_key'] });

export interface ClientKey {
  readonly name: string;
  /** Its public key, in Z85. */
  readonly key: string;
  readonly role: Role;
}

export interface SecuritySettings {
  /** The provider's public key, in Z85. */
  readonly publicKey: string;
  /** Absolute path of the secret key file of the provider. Clients do not need it. */
  readonly secretKeyFile: string;
  readonly clients: readonly ClientKey[];
}

export interface LenientSecurity {
  readonly publicKey: string | undefined;
  readonly clients: readonly LenientClient[];
}

export interface LenientClient {
  readonly path: ValuePath;
  readonly name: string | undefined;
  readonly key: string | undefined;
  readonly role: string | undefined;
}

/** Never throws; returns undefined without <Security>. */
export function readLenientSecurity(value: unknown): LenientSecurity | undefined {
  if (value === undefined) return undefined;
  return {
    publicKey: textAt(value, 'public_key'),
    clients: asList(valueAt(value, 'Client')).map((client, index) => ({
      path: ['Security', 'Client', index],
      name: textAt(client, 'name'),
      key: textAt(client, 'key'),
      role: textAt(client, 'role'),
    })),
  };
}

/** Call only for a checked file. `folder` is the folder of the file. */
export function parseSecurity(value: unknown, folder: string): SecuritySettings | undefined {
  const found = readLenientSecurity(value);
  if (found === undefined) return undefined;
  const clients = found.clients.flatMap(({ name, key, role: text }) => {
    const role = ROLES.find((each) => each === text);
    return name === undefined || key === undefined || role === undefined ? [] : [{ name, key, role }];
  });
  return {
    publicKey: found.publicKey ?? '',
    secretKeyFile: resolve(folder, textAt(value, 'secret_key') ?? ''),
    clients,
  };
}
