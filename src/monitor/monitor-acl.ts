// Access control of a secured Monitor: only the clients of its provider may subscribe.

import type { Logger } from '../base/logger.js';
import { ZapHandler, type Peer } from '../bus/zap-handler.js';
import type { ClientSecurity, ServerSecurity } from '../bus/security.js';
import type { TransactionInfo } from '../messages/context-info.js';

/** The maximum number of keys to warn about: an attacker could generate keys and flood the log. */
const MAX_WARNINGS = 20;

export class MonitorAcl {
  readonly #log: Logger;
  readonly #warned = new Set<string>();
  #clients: ReadonlySet<string>;
  #zapHandler: ZapHandler | undefined;

  private constructor(info: TransactionInfo, log: Logger) {
    this.#clients = new Set(info.clients);
    this.#log = log;
  }

  /** `info` must come from the provider: it contains the allowed keys. */
  static async open(
    { keys }: ClientSecurity,
    info: TransactionInfo,
    log: Logger,
  ): Promise<{ readonly acl: MonitorAcl; readonly server: ServerSecurity }> {
    const acl = new MonitorAcl(info, log);
    const zapHandler = await ZapHandler.open(keys, (peer) => acl.#isAllowed(peer));
    acl.#zapHandler = zapHandler;
    return { acl, server: zapHandler.security };
  }

  /** Replaces the allowed keys: the next provider may have other clients. */
  update(info: TransactionInfo): void {
    this.#clients = new Set(info.clients);
  }

  close(): void {
    this.#zapHandler?.close();
  }

  #isAllowed({ key, address }: Peer): boolean {
    if (this.#clients.has(key)) return true;
    if (this.#warned.size < MAX_WARNINGS && !this.#warned.has(key)) {
      this.#warned.add(key);
      this.#log.warn('refused a subscriber: its key is in no <Client> of the context file', {
        key,
        address,
      });
    }
    return false;
  }
}
