// What a provider tells the process that holds the threads of a context; signed, because it names code to run.

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { HostBootstrap, HostLog } from './host-bootstrap.js';

/** Where thread hosts say which of their threads run and which have ended. */
export const THREADS = 'threads';

/** The topic to which only this one thread host listens. */
export function threadsTopic(host: string): string {
  return `${THREADS}.${host}`;
}

export interface ThreadHostBootstrap {
  /** What the process is called in lists of processes. */
  readonly serviceId: string;
  readonly contextId: string;
  /** The id of this thread host. */
  readonly host: string;
  /** Signs orders: nobody on the bus but its provider knows it. */
  readonly key: string;
  readonly endpoints: HostBootstrap['endpoints'];
  /** As in HostBootstrap. */
  readonly serverKey?: string;
  /** Of the process itself; its threads have logs of their own. */
  readonly log: HostLog;
  /** As in HostBootstrap. */
  readonly presence: string;
  readonly controlGroup?: string | undefined;
  /** How long to go on, idle and without a provider, in milliseconds. */
  readonly orphanGraceMs: number;
}

export type ThreadOrder =
  | {
      readonly action: 'launch';
      /** Names this run of a service; no second thread is launched for it. */
      readonly token: string;
      readonly bootstrap: HostBootstrap;
      readonly maxHeapMb: number;
    }
  /** Asks the task to end. */
  | { readonly action: 'stop'; readonly token: string }
  | { readonly action: 'terminate'; readonly token: string }
  /** Asks which threads run. */
  | { readonly action: 'list' }
  /** Ends the host, unless it has threads. */
  | { readonly action: 'exit' };

/** An order as it travels: its text, and the proof of who wrote it. */
export interface SignedOrder {
  readonly order: string;
  readonly signature: string;
}

export function signOrder(order: ThreadOrder, key: string): SignedOrder {
  const text = JSON.stringify(order);
  return { order: text, signature: sign(text, key).toString('hex') };
}

/** Undefined for whatever was not signed with `key`. */
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
