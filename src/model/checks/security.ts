// Checks of <Security>: keys that are keys, roles that exist, clients that can be told apart.

import { ID_RULE, isId } from '../../base/ids.js';
import { isKey, KEY_RULE } from '../../base/keys.js';
import type { Finding, ValuePath } from '../../xml/fault.js';
import type { LenientContext } from '../lenient-view.js';
import { ROLES, type LenientClient } from '../security.js';
import { didYouMean } from '../../base/suggest.js';

export function keysAreKeys({ security }: LenientContext): readonly Finding[] {
  const own = checkKey(security?.publicKey, ['Security', 'public_key']);
  return [...own, ...(security?.clients ?? []).flatMap(({ key, path }) => checkKey(key, [...path, 'key']))];
}

export function rolesAreKnown({ security }: LenientContext): readonly Finding[] {
  return (security?.clients ?? []).flatMap(({ role, path }) => {
    if (role === undefined || ROLES.some((each) => each === role)) return [];
    const message = `role "${role}", allowed: ${ROLES.join(', ')}`;
    return [{ path: [...path, 'role'], message, hint: didYouMean(role, ROLES) }];
  });
}

/** Who did something is told by name, and a key has one role. */
export function clientsDiffer({ security }: LenientContext): readonly Finding[] {
  const { clients = [], publicKey } = security ?? {};
  const odd = clients.filter(({ name }) => name !== undefined && !isId(name));
  const own = clients.filter(({ key }) => key !== undefined && key === publicKey);
  return [
    ...odd.map(({ name, path }) => ({
      path: [...path, 'name'],
      message: `name "${name}", allowed: ${ID_RULE}`,
    })),
    ...findSeconds(clients, 'name'),
    ...findSeconds(clients, 'key'),
    ...own.map(({ path }) => ({
      path: [...path, 'key'],
      message: "the provider's own key, allowed: one of the client's own",
      hint: 'make one with contextd keys new NAME',
    })),
  ];
}

function findSeconds(clients: readonly LenientClient[], what: 'name' | 'key'): readonly Finding[] {
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

function checkKey(key: string | undefined, path: ValuePath): readonly Finding[] {
  if (key === undefined || isKey(key)) return [];
  return [{ path, message: `"${key}" is not a valid public key, allowed: ${KEY_RULE}` }];
}
