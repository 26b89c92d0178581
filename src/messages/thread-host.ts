// The orders of a provider to the thread host of a context. They are signed because they start code.

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { HostBootstrap, HostLog } from './host-bootstrap.js';

/** The topic of thread hosts for reports on their threads. */
export const THREADS = 'threads';

/** The topic that only this thread host subscribes to. */
export function threadsTopic(host: string): string {
  return `${THREADS}.${host}`;
}

export interface ThreadHostBootstrap {
  /** The name of the process in process lists. */
  readonly serviceId: string;
  readonly contextId: string;
  /** The id of this thread host. */
  readonly host: string;
  /** The secret key that signs orders, known only to the provider. */
  readonly key: string;
  readonly endpoints: HostBootstrap['endpoints'];
  /** As in HostBootstrap. */
  readonly serverKey?: string;
  /** The log of the process itself; each thread has its own log. */
  readonly log: HostLog;
  /** As in HostBootstrap. */
  readonly presence: string;
  readonly controlGroup?: string | undefined;
  /** How long to keep running idle without a provider, in milliseconds. */
  readonly orphanGraceMs: number;
}

export type ThreadOrder =
  | {
      readonly action: 'launch';
      /** Identifies this run of a service; at most one thread is launched for it. */
      readonly token: string;
      readonly bootstrap: HostBootstrap;
      readonly maxHeapMb: number;
    }
  /** Asks the task to end. */
  | { readonly action: 'stop'; readonly token: string }
  | { readonly action: 'terminate'; readonly token: string }
  /** Requests the list of running threads. */
  | { readonly action: 'list' }
  /** Ends the host if it has no threads. */
  | { readonly action: 'exit' };

/** An order in its wire form: its JSON text and the HMAC of that text. */
export interface SignedOrder {
  readonly order: string;
  readonly signature: string;
}

export function signOrder(order: ThreadOrder, key: string): SignedOrder {
  const text = JSON.stringify(order);
  return { order: text, signature: sign(text, key).toString('hex') };
}

/** Returns undefined if the body is not an order signed with `key`. */
export function verifyOrder(body: unknown, key: string): ThreadOrder | undefined {
  if (!isSignedOrder(body)) return undefined;
  const [expected, found] = [sign(body.order, key), Buffer.from(body.signature, 'hex')];
  if (found.length !== expected.length || !timingSafeEqual(found, expected)) return undefined;
  return JSON.parse(body.order) as ThreadOrder;
}

function sign(text: string, key: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function isSignedOrder(body: unknown): body is SignedOrder {
  if (typeof body !== 'object' || body === null) return false;
  return typeof Reflect.get(body, 'order') === 'string' && typeof Reflect.get(body, 'signature') === 'string';
}
