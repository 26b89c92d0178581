// The role that a command or query needs.

import { isDeepStrictEqual } from 'node:util';
import { contextConfigurationSchema, type ContextConfiguration } from '../model/context.js';
import { ROLES, type Role } from '../model/security.js';
import type { ContextCommandBody } from '../messages/context-command.js';
import type { StateRequestBody } from '../messages/state.js';

const NEEDED: Readonly<Record<string, Role>> = {
  list: 'read',
  validate: 'operate',
  reload: 'admin',
  forget: 'admin',
  exit: 'admin',
};

/** Running a defined configuration needs less than defining one. `defined` are the provider's configurations. */
export function roleForCommand(
  { header, content }: ContextCommandBody,
  defined: readonly ContextConfiguration[],
): Role {
  const { configuration } = content;
  const fixed = Object.hasOwn(NEEDED, header.action) ? NEEDED[header.action] : undefined;
  if (fixed !== undefined) return fixed;
  return isBlank(configuration) || defined.some((each) => isSame(configuration, each)) ? 'operate' : 'admin';
}

/** Queries change nothing, except `top` with `service`: it adds a service to the context and starts it. */
export function roleForQuery({ header, content }: StateRequestBody): Role {
  const { configuration } = content;
  if (header.action !== 'top' || typeof configuration !== 'object' || configuration === null) return 'read';
  return isBlank(Reflect.get(configuration, 'service') as unknown) ? 'read' : 'admin';
}

export function isAllowed(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

function isBlank(configuration: unknown): boolean {
  if (configuration === undefined || configuration === null || configuration === '') return true;
  return typeof configuration === 'object' && Object.keys(configuration).length === 0;
}

/** Compares parsed configurations: defaults and the order of keys make no difference. */
function isSame(sent: unknown, defined: ContextConfiguration): boolean {
  const read = contextConfigurationSchema.safeParse(sent);
  if (!read.success) return false;
  return isDeepStrictEqual(asSent(read.data), asSent(contextConfigurationSchema.parse(asSent(defined))));
}

function asSent(configuration: ContextConfiguration): unknown {
  return JSON.parse(JSON.stringify({ ...configuration, Security: undefined })) as unknown;
}
