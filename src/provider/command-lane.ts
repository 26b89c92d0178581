// A second way in for commands and questions, which a flood of events and heartbeats on the first one does not close.

import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.js';
import type { BusEndpoints, ConnectionSecurity } from '../bus/connection.js';
import { subscriptionOf } from '../bus/envelope.js';
import { Subscriber } from '../bus/subscriber.js';
import { isSaidBy } from './inbox.js';

/** What is asked comes here as well. */
const TOPICS = ['context', 'process', 'state'];
const HEADS = TOPICS.map((topic) => Buffer.from(subscriptionOf(topic)));

/** How long what has come on the lane waits for its copy, which is in order with what was said before it. */
const PATIENCE_MS = 200;
/** A copy that has come on the first way alone: the one on the lane was lost, which is not looked for any more. */
const FORGOTTEN_MS = 2000;
/** Different frames of which one copy is known. */
const MOST_KNOWN = 10_000;

export interface CommandLanePorts {
  readonly clock: Clock;
  /** Deals with a frame; is called once for each that was sent. */
  readonly receive: (frame: Uint8Array) => void;
}

/** Of the copies of one frame; two equal frames may have been sent. */
interface Copies {
  /** Dealt with by the first way, and expected on the lane. */
  first: number;
  firstMs: number;
  /** Dealt with by the lane, and expected on the first way. */
  taken: number;
  /** Come on the lane; each function cancels its turn. */
  readonly waiting: (() => void)[];
}

/**
 *   forwarder ==everything==> first way --------------------------------> receive, in the order of sending
 *             ==commands====> lane -----(no copy for PATIENCE_MS)-------> receive
 *
 * A forwarder drops what is for a reader that is too slow. One that has too many events to read loses events; on a
 * connection of their own, commands are not among them.
 */
export class CommandLane {
  readonly #ports: CommandLanePorts;
  readonly #copies = new Map<string, Copies>();
  #subscriber: Subscriber | undefined;
  #self = '';

  constructor(ports: CommandLanePorts) {
    this.#ports = ports;
  }

  /** `self` is the sender id of which nothing is heard. */
  connect({ subscribe }: BusEndpoints, self: string, security: ConnectionSecurity | undefined): void {
    this.#self = self;
    this.#subscriber = Subscriber.connect(subscribe, (frame) => this.#hear(frame), security?.curve);
    for (const topic of TOPICS) this.#subscriber.subscribe(topic);
  }

  /** A frame on the first way. */
  hear(frame: Uint8Array): void {
    if (!isCommand(frame) || isSaidBy(this.#self, frame)) {
      this.#ports.receive(frame);
      return;
    }
    const key = keyOf(frame);
    const copies = this.#copiesOf(key);
    if (copies.taken > 0) {
      copies.taken -= 1;
      this.#tidy(key, copies);
      return;
    }
    const cancel = copies.waiting.shift();
    cancel?.();
    if (cancel === undefined) {
      copies.first += 1;
      copies.firstMs = this.#ports.clock.now();
    }
    this.#tidy(key, copies);
    this.#ports.receive(frame);
  }

  async close(): Promise<void> {
    for (const { waiting } of this.#copies.values()) for (const cancel of waiting) cancel();
    this.#copies.clear();
    await this.#subscriber?.close();
  }

  #hear(frame: Uint8Array): void {
    if (isSaidBy(this.#self, frame)) return;
    const key = keyOf(frame);
    const copies = this.#copiesOf(key);
    const isKnown = copies.first > 0 && this.#ports.clock.now() - copies.firstMs < FORGOTTEN_MS;
    copies.first = isKnown ? copies.first - 1 : 0;
    if (isKnown) {
      this.#tidy(key, copies);
      return;
    }
    const cancel = this.#ports.clock.after(PATIENCE_MS, () => {
      copies.waiting.splice(copies.waiting.indexOf(cancel), 1);
      copies.taken += 1;
      this.#ports.receive(frame);
    });
    copies.waiting.push(cancel);
  }

  #copiesOf(key: string): Copies {
    const known = this.#copies.get(key);
    if (known !== undefined) return known;
    const [oldest] = this.#copies.keys();
    if (this.#copies.size >= MOST_KNOWN && oldest !== undefined) this.#copies.delete(oldest);
    const copies: Copies = { first: 0, firstMs: 0, taken: 0, waiting: [] };
    this.#copies.set(key, copies);
    return copies;
  }

  #tidy(key: string, { first, taken, waiting }: Copies): void {
    if (first === 0 && taken === 0 && waiting.length === 0) this.#copies.delete(key);
  }
}

function isCommand(frame: Uint8Array): boolean {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  return HEADS.some((head) => head.equals(bytes.subarray(0, head.length)));
}

function keyOf(frame: Uint8Array): string {
  return createHash('sha1').update(frame).digest('base64');
}
