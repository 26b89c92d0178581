// Looks up the user that a program runs as.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ContextdError } from '../base/errors.js';
import type { ProgramUser } from '../messages/host-bootstrap.js';

/** Returns undefined for the user of the provider itself. Throws SVC_USER_UNKNOWN or SVC_USER_REFUSED. */
export function findUser(serviceId: string, name: string): ProgramUser | undefined {
  const user = lookUpUser(name);
  if (user === undefined) {
    throw new ContextdError('SVC_USER_UNKNOWN', `${serviceId}: user "${name}" does not exist`, {
      hint: 'create the user, or correct <user> in the context file',
    });
  }
  const own = process.getuid?.();
  if (user.uid === own) return undefined;
  if (own === 0) return user;
  throw new ContextdError(
    'SVC_USER_REFUSED',
    `${serviceId}: the provider (user id ${own ?? '?'}) may not run a program as ${name}`,
    { hint: `run the provider as root or as ${name}, or remove <user>` },
  );
}

/** Searches /etc/passwd first; users of a directory service are known only to getent. */
function lookUpUser(name: string): ProgramUser | undefined {
  // A name that starts with a dash would be an option for getent.
  if (!/^[A-Za-z0-9_][^:\s/]*$/.test(name)) return undefined;
  return findLine(readUsers(), name) ?? findLine(queryGetent(name), name);
}

function findLine(text: string, name: string): ProgramUser | undefined {
  const fields = text
    .split('\n')
    .map((line) => line.split(':'))
    .find(([first]) => first === name);
  if (fields === undefined) return undefined;
  const [, , uid, gid, , home = '/'] = fields;
  return { name, uid: Number(uid), gid: Number(gid), home };
}

function readUsers(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8');
  } catch {
    return '';
  }
}

function queryGetent(name: string): string {
  try {
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    return execFileSync('getent', ['passwd', name], { encoding: 'utf8', timeout: 5000, stdio: [...stdio] });
  } catch {
    return ''; // There is no such user, or no getent.
  }
}
