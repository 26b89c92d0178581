// CURVE on sockets, in one place: what the side that binds is given, and the side that connects.

import type { KeyPair } from '../base/keys.js';

/** Of whoever binds. */
export interface ServerSecurity {
  readonly keys: KeyPair;
  /** Names the list of those who are let in; see gate.ts. */
  readonly domain: string;
}

/** Of whoever connects. */
export interface ClientSecurity {
  readonly keys: KeyPair;
  /** The server's public key: somebody else at its address is not spoken to. */
  readonly serverKey: string;
}

interface ServerOptions {
  readonly curveServer?: boolean;
  readonly curveSecretKey?: string;
  readonly zapDomain?: string;
  readonly zapEnforceDomain?: boolean;
}

interface ClientOptions {
  readonly curveServerKey?: string;
  readonly curvePublicKey?: string;
  readonly curveSecretKey?: string;
}

/** Without security nothing is set, and the socket speaks to everybody. */
export function serverOptions(security: ServerSecurity | undefined): ServerOptions {
  if (security === undefined) return {};
  // Without enforcement a key nobody has judged would be let in while the gate is not there.
  const gate = { zapDomain: security.domain, zapEnforceDomain: true };
  return { curveServer: true, curveSecretKey: security.keys.secretKey, ...gate };
}

export function clientOptions(security: ClientSecurity | undefined): ClientOptions {
  if (security === undefined) return {};
  const { publicKey, secretKey } = security.keys;
  return { curveServerKey: security.serverKey, curvePublicKey: publicKey, curveSecretKey: secretKey };
}
