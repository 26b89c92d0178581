// Who may read what a Monitor publishes where its provider is secured: the clients that the provider knows.

import type { Logger } from '../base/logger.js';
import { openZapHandler, type ZapHandler, type Peer } from '../bus/zap-handler.js';
import type { ClientSecurity, ServerSecurity } from '../bus/security.js';
import type { TransactionInfo } from '../messages/context-info.js';

/** Of so many the first refusal is told: keys cost nothing, and the log has an end. */
const MOST_TOLD = 20;

export class MonitorAcl {
  readonly #log: Logger;
  readonly #told = new Set<string>();
  #clients: ReadonlySet<string>;
  #gate: ZapHandler | undefined;

  private constructor(info: TransactionInfo, log: Logger) {
    this.#clients = new Set(info.clients);
    this.#log = log;
  }

  /** `info` must have come from the provider: it says whom to let in. */
  static async open(
    { keys }: ClientSecurity,
    info: TransactionInfo,
    log: Logger,
  ): Promise<{ readonly entrance: MonitorAcl; readonly server: ServerSecurity }> {
    const entrance = new MonitorAcl(info, log);
    const gate = await openZapHandler(keys, (peer) => entrance.#judge(peer));
    entrance.#gate = gate;
    return { entrance, server: gate.security };
  }

  /** The next provider may know others. */
  note(info: TransactionInfo): void {
    this.#clients = new Set(info.clients);
  }

  close(): void {
    this.#gate?.close();
  }

  #judge({ key, address }: Peer): boolean {
    if (this.#clients.has(key)) return true;
    if (this.#told.size < MOST_TOLD && !this.#told.has(key)) {
      this.#told.add(key);
      this.#log.warn('somebody was not let in: the key is in no <Client> of the context file', {
        key,
        address,
      });
    }
    return false;
  }
}
