// CURVE options for binding and connecting sockets.

import type { KeyPair } from '../base/keys.js';

/** For the binding side. */
export interface ServerSecurity {
  readonly keys: KeyPair;
  /** ZAP domain: selects the handler that authorizes clients; see zap-handler.ts. */
  readonly domain: string;
}

/** For the connecting side. */
export interface ClientSecurity {
  readonly keys: KeyPair;
  /** The server's public key: the connection fails if the server has another one. */
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

/** Returns no options without security: the socket then accepts all clients. */
export function serverOptions(security: ServerSecurity | undefined): ServerOptions {
  if (security === undefined) return {};
  // Without enforcement, ZeroMQ would accept any key while there is no ZAP handler.
  const zap = { zapDomain: security.domain, zapEnforceDomain: true };
  return { curveServer: true, curveSecretKey: security.keys.secretKey, ...zap };
}

export function clientOptions(security: ClientSecurity | undefined): ClientOptions {
  if (security === undefined) return {};
  const { publicKey, secretKey } = security.keys;
  return { curveServerKey: security.serverKey, curvePublicKey: publicKey, curveSecretKey: secretKey };
}
