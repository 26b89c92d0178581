// Whom the provider's own file lets in now: a reload takes over its clients, and says what it cannot take over.

import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '../base/errors.js';
import { readContextFile, type ContextFile } from '../model/read/read-context.js';
import type { ClientKey, SecuritySettings } from '../model/security.js';
import type { ReplyStatus } from '../messages/state.js';
import type { Authorizer } from './authorizer.js';

/** Names of clients by what happens to them, and what counts only when the provider is started again. */
export type SecurityChange = Pick<ReplyStatus, 'clients' | 'warnings'>;

const AGAIN = 'that counts when the provider is started again';

/** Only the file that the provider was started with says who may come in, whatever a client sends. */
export class ClientAcl {
  readonly #file: ContextFile;
  readonly #guard: Authorizer | undefined;
  #begun = 0;
  /** Which reading of the file counts; an earlier one may come later. */
  #counting = 0;

  constructor(file: ContextFile, guard: Authorizer | undefined) {
    this.#file = file;
    this.#guard = guard;
  }

  /** Never rejects: a file that cannot be read changes nothing of this. */
  async reload(isDryRun: boolean): Promise<SecurityChange> {
    const { path, security: before } = this.#file;
    const reading = ++this.#begun;
    const now = await this.#read();
    if (typeof now === 'string') return this.#guard === undefined ? {} : { warnings: [now] };
    if (this.#guard === undefined || before === undefined)
      return now.security === undefined ? {} : { warnings: [`${path} has a <Security> now: ${AGAIN}`] };
    if (now.security === undefined)
      return { warnings: [`${path} has no <Security> any more: ${AGAIN}; the clients stay as they are`] };
    const clients = compare(this.#guard.clients, now.security.clients);
    if (!isDryRun && reading > this.#counting) {
      this.#counting = reading;
      this.#guard.replaceClients(now.security.clients);
    }
    return {
      ...(clients === undefined ? {} : { clients }),
      ...(hasSameKeys(before, now.security)
        ? {}
        : { warnings: [`public_key or secret_key of the <Security> in ${path} has changed: ${AGAIN}`] }),
    };
  }

  async #read(): Promise<ContextFile | string> {
    const { path } = this.#file;
    try {
      return await readContextFile(path);
    } catch (error) {
      return `${path} could not be read, so the clients stay as they are: ${messageOf(error)}`;
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
  const names = (list: readonly ClientKey[], isMeant: (each: ClientKey) => boolean) =>
    list.filter(isMeant).map(({ name }) => name);
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
