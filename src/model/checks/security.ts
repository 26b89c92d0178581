// Checks across the clients of <Security>: each has a name and a key of its own.

import type { Finding } from '../../xml/fault.js';
import type { LenientContext } from '../lenient-view.js';
import type { LenientClient } from '../security.js';

/** Names must be unique because the audit log uses them, and keys because a key has one role. */
export function clientsAreUnique({ security }: LenientContext): readonly Finding[] {
  const { clients = [], publicKey } = security ?? {};
  const own = clients.filter(({ key }) => key !== undefined && key === publicKey);
  return [
    ...findDuplicates(clients, 'name'),
    ...findDuplicates(clients, 'key'),
    ...own.map(({ path }) => ({
      path: [...path, 'key'],
      message: 'the key of the provider itself, allowed: an own key for each client',
      hint: 'create one with contextd keys new NAME',
    })),
  ];
}

function findDuplicates(clients: readonly LenientClient[], what: 'name' | 'key'): readonly Finding[] {
  const firsts = new Map<string, LenientClient>();
  return clients.flatMap((client): readonly Finding[] => {
    const text = client[what];
    if (text === undefined) return [];
    const first = firsts.get(text);
    if (first === undefined) {
      firsts.set(text, client);
      return [];
    }
    const path = [...client.path, what];
    return [{ path, message: `a second client with ${what} "${text}"`, firstAt: [...first.path, what] }];
  });
}
