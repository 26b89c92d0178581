// Reloads the client list from the provider's context file, and reports changes that need a restart.

import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '../base/errors.js';
import { readContextFile, type ContextFile } from '../model/read/read-context.js';
import type { ClientKey, SecuritySettings } from '../model/security.js';
import type { ReplyStatus } from '../messages/state.js';
import type { Authorizer } from './authorizer.js';

/** The names of added, removed and changed clients, and warnings about changes that need a restart. */
export type SecurityChange = Pick<ReplyStatus, 'clients' | 'warnings'>;

const AFTER_RESTART = 'this takes effect when the provider is restarted';

/** Only the file that the provider was started with defines the clients, never a configuration that a client sends. */
export class ClientAcl {
  readonly #file: ContextFile;
  readonly #authorizer: Authorizer | undefined;
  #reloads = 0;
  /** The number of the last reload that was applied: an earlier one may finish later. */
  #applied = 0;

  constructor(file: ContextFile, authorizer: Authorizer | undefined) {
    this.#file = file;
    this.#authorizer = authorizer;
  }

  /** Never rejects: a file that cannot be read changes nothing. */
  async reload(isDryRun: boolean): Promise<SecurityChange> {
    const { path, security: before } = this.#file;
    const reload = ++this.#reloads;
    const now = await this.#read();
    if (typeof now === 'string') return this.#authorizer === undefined ? {} : { warnings: [now] };
    if (this.#authorizer === undefined || before === undefined)
      return now.security === undefined
        ? {}
        : { warnings: [`${path} now has a <Security>: ${AFTER_RESTART}`] };
    if (now.security === undefined)
      return {
        warnings: [
          `${path} no longer has a <Security>: ${AFTER_RESTART}; until then the clients stay unchanged`,
        ],
      };
    const clients = compare(this.#authorizer.clients, now.security.clients);
    if (!isDryRun && reload > this.#applied) {
      this.#applied = reload;
      this.#authorizer.replaceClients(now.security.clients);
    }
    return {
      ...(clients === undefined ? {} : { clients }),
      ...(hasSameKeys(before, now.security)
        ? {}
        : { warnings: [`public_key or secret_key of <Security> in ${path} has changed: ${AFTER_RESTART}`] }),
    };
  }

  async #read(): Promise<ContextFile | string> {
    const { path } = this.#file;
    try {
      return await readContextFile(path);
    } catch (error) {
      return `cannot read ${path}, so the clients stay unchanged: ${messageOf(error)}`;
    }
  }
}

function hasSameKeys(before: SecuritySettings, now: SecuritySettings): boolean {
  return before.publicKey === now.publicKey && before.secretKeyFile === now.secretKeyFile;
}

function compare(
  before: readonly ClientKey[],
  now: readonly ClientKey[],
): SecurityChange['clients'] | undefined {
  const find = (list: readonly ClientKey[], name: string) => list.find((each) => each.name === name);
  const names = (list: readonly ClientKey[], isIncluded: (each: ClientKey) => boolean) =>
    list.filter(isIncluded).map(({ name }) => name);
  const clients = {
    added: names(now, ({ name }) => find(before, name) === undefined),
    removed: names(before, ({ name }) => find(now, name) === undefined),
    changed: names(now, (each) => {
      const old = find(before, each.name);
      return old !== undefined && !isDeepStrictEqual(old, each);
    }),
  };
  return Object.values(clients).some((each) => each.length > 0) ? clients : undefined;
}
