// The commands of a provider to a host that takes more than one run. They are signed because they start code.

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { HostRun } from './host-bootstrap.js';

/** The topic of hosts for notices about their runs. */
export const HOST_NOTICES = 'threads';

/** The topic that only this host subscribes to. */
export function hostCommandTopic(host: string): string {
  return `${HOST_NOTICES}.${host}`;
}

export type HostCommand =
  | ({ readonly action: 'launch' } & HostRun)
  /** Asks a task to end. */
  | { readonly action: 'stop'; readonly token: string }
  | { readonly action: 'terminate'; readonly token: string }
  /** Requests the list of runs. */
  | { readonly action: 'list' }
  /** Ends the host if it has no runs. */
  | { readonly action: 'exit' };

/** A command in its wire form: its JSON text and the HMAC of that text. */
export interface SignedCommand {
  readonly order: string;
  readonly signature: string;
}

export function signCommand(command: HostCommand, key: string): SignedCommand {
  const text = JSON.stringify(command);
  return { order: text, signature: sign(text, key).toString('hex') };
}

/** Returns undefined if the body is not a command signed with `key`. */
export function verifyCommand(body: unknown, key: string): HostCommand | undefined {
  if (!isSignedCommand(body)) return undefined;
  const [expected, found] = [sign(body.order, key), Buffer.from(body.signature, 'hex')];
  if (found.length !== expected.length || !timingSafeEqual(found, expected)) return undefined;
  return JSON.parse(body.order) as HostCommand;
}

function sign(text: string, key: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function isSignedCommand(body: unknown): body is SignedCommand {
  if (typeof body !== 'object' || body === null) return false;
  return typeof Reflect.get(body, 'order') === 'string' && typeof Reflect.get(body, 'signature') === 'string';
}
