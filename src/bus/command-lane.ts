// A second connection for commands and queries, so that a flood of events on the first one does not displace them.

import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.js';
import type { BusEndpoints, ConnectionSecurity } from './connection.js';
import { subscriptionOf } from './envelope.js';
import { isSentBy } from './sent-by.js';
import { Subscriber } from './subscriber.js';

/** A frame on the lane waits this long for its copy on the main connection, which keeps the order of sending. */
const COPY_WAIT_MS = 200;
/** After this time without a copy on the lane, that copy counts as lost. On a busy machine large frames are seconds late. */
const COPY_LOST_MS = 10_000;
/** The number of different frames of which one copy is remembered. */
const MOST_KNOWN = 10_000;

export interface CommandLanePorts {
  readonly clock: Clock;
  /** The topics that are received on both connections. */
  readonly topics: readonly string[];
  /** Is called once for each frame that was sent. */
  readonly receive: (frame: Uint8Array) => void;
}

/** Counts the copies of one frame; two equal frames may have been sent. */
interface Copies {
  /** Received on the main connection; their copies on the lane are still to come. */
  onMain: number;
  onMainMs: number;
  /** Received on the lane and passed on; their copies on the main connection are still to come. */
  onLane: number;
  /** Received on the lane and waiting; each function cancels the wait. */
  readonly waiting: (() => void)[];
}

/**
 *   forwarder ==all topics==> main connection -----------------------------> receive, in the order of sending
 *             ==commands====> lane -----(no copy within COPY_WAIT_MS)------> receive
 *
 * A forwarder drops frames for a subscriber that reads too slowly. A provider that receives too many events loses events;
 * commands on a connection of their own are not among them.
 */
export class CommandLane {
  readonly #ports: CommandLanePorts;
  readonly #heads: readonly Buffer[];
  readonly #copies = new Map<string, Copies>();
  #subscriber: Subscriber | undefined;
  #self = '';

  constructor(ports: CommandLanePorts) {
    this.#ports = ports;
    this.#heads = ports.topics.map((topic) => Buffer.from(subscriptionOf(topic)));
  }

  /** `self` is the sender id whose frames are skipped. */
  connect({ subscribe }: BusEndpoints, self: string, security: ConnectionSecurity | undefined): void {
    this.#self = self;
    this.#subscriber = Subscriber.connect(subscribe, (frame) => this.#onLaneFrame(frame), security?.curve);
    for (const topic of this.#ports.topics) this.#subscriber.subscribe(topic);
  }

  /** Takes a frame of the main connection. */
  onMainFrame(frame: Uint8Array): void {
    if (!this.#isCommand(frame) || isSentBy(this.#self, frame)) {
      this.#ports.receive(frame);
      return;
    }
    const key = keyOf(frame);
    const copies = this.#copiesOf(key);
    if (copies.onLane > 0) {
      copies.onLane -= 1;
      this.#forgetSettled(key, copies);
      return;
    }
    const cancel = copies.waiting.shift();
    cancel?.();
    if (cancel === undefined) {
      copies.onMain += 1;
      copies.onMainMs = this.#ports.clock.now();
    }
    this.#forgetSettled(key, copies);
    this.#ports.receive(frame);
  }

  async close(): Promise<void> {
    for (const { waiting } of this.#copies.values()) for (const cancel of waiting) cancel();
    this.#copies.clear();
    await this.#subscriber?.close();
  }

  #onLaneFrame(frame: Uint8Array): void {
    if (isSentBy(this.#self, frame)) return;
    const key = keyOf(frame);
    const copies = this.#copiesOf(key);
    const isKnown = copies.onMain > 0 && this.#ports.clock.now() - copies.onMainMs < COPY_LOST_MS;
    copies.onMain = isKnown ? copies.onMain - 1 : 0;
    if (isKnown) {
      this.#forgetSettled(key, copies);
      return;
    }
    const cancel = this.#ports.clock.after(COPY_WAIT_MS, () => {
      copies.waiting.splice(copies.waiting.indexOf(cancel), 1);
      copies.onLane += 1;
      this.#ports.receive(frame);
    });
    copies.waiting.push(cancel);
  }

  #isCommand(frame: Uint8Array): boolean {
    const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
    return this.#heads.some((head) => head.equals(bytes.subarray(0, head.length)));
  }

  #copiesOf(key: string): Copies {
    const known = this.#copies.get(key);
    if (known !== undefined) return known;
    const [oldest] = this.#copies.keys();
    if (this.#copies.size >= MOST_KNOWN && oldest !== undefined) this.#copies.delete(oldest);
    const copies: Copies = { onMain: 0, onMainMs: 0, onLane: 0, waiting: [] };
    this.#copies.set(key, copies);
    return copies;
  }

  #forgetSettled(key: string, { onMain, onLane, waiting }: Copies): void {
    if (onMain === 0 && onLane === 0 && waiting.length === 0) this.#copies.delete(key);
  }
}

function keyOf(frame: Uint8Array): string {
  return createHash('sha1').update(frame).digest('base64');
}
