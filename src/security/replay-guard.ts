// Whether a sealed message is new: what somebody has recorded on the bus is not to be said a second time.

import { ClockJumps, type Clock } from '../base/clock.js';
import type { MessageMac } from '../bus/message-mac.js';

/** How far the clocks of a client and a provider may differ, and how long a message may be under way. */
export const WINDOW_MS = 60_000;

/** Nobody says so much in this time who means well; further messages are refused. */
const MOST_SEEN = 50_000;
const MOST_SERVICES = 10_000;

export class ReplayGuard {
  readonly #clock: Clock;
  readonly #jumps: ClockJumps;
  #sinceMs: number;
  /** Of each client, whose several programs share a key: what has been seen, oldest first, and until when by the monotonic clock. */
  readonly #seen = new Map<string, Map<string, number>>();
  /** Of services, each of which is one program: the last stamp; who was heard last is last. */
  readonly #last = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#jumps = new ClockJumps(clock);
    this.#sinceMs = clock.now();
  }

  /** True once for each seal of a client. */
  isNewOfClient({ key, mac, stamp }: MessageMac): boolean {
    this.#followClock();
    const nowMs = this.#clock.monotonic();
    const seen = this.#seen.get(key) ?? this.#meet(key, nowMs);
    for (const [oldest, untilMs] of seen) {
      if (untilMs >= nowMs) break;
      seen.delete(oldest);
    }
    // What was sealed before we were there may have been said to, and done by, the provider before us.
    if (stamp < this.#sinceMs || Math.abs(this.#clock.now() - stamp) > WINDOW_MS) return false;
    if (seen.has(mac) || seen.size >= MOST_SEEN) return false;
    // As long as its stamp would be taken, wherever in the window that is.
    seen.set(mac, nowMs + 2 * WINDOW_MS);
    return true;
  }

  /** Stamps are by the clock of the machine: when it is set, those to come are compared with what they would have been. */
  #followClock(): void {
    const jumpMs = this.#jumps.take();
    if (jumpMs === 0) return;
    this.#sinceMs += jumpMs;
    // Who is alive goes on from its last stamp; who comes now starts from the new time.
    if (jumpMs < 0) for (const [key, stamp] of this.#last) this.#last.set(key, stamp + jumpMs);
  }

  /** Tasks come and go, each with a key of its own: those of which nothing is left are forgotten. */
  #meet(key: string, nowMs: number): Map<string, number> {
    for (const [other, seen] of this.#seen)
      if ([...seen.values()].every((untilMs) => untilMs < nowMs)) this.#seen.delete(other);
    const seen = new Map<string, number>();
    this.#seen.set(key, seen);
    return seen;
  }

  /** True for what comes after all that was heard of a service: it may have waited while we were stopped. */
  isNewOfService({ key, stamp }: MessageMac): boolean {
    this.#followClock();
    if (stamp <= (this.#last.get(key) ?? this.#sinceMs - WINDOW_MS)) return false;
    this.#last.delete(key);
    this.#last.set(key, stamp);
    const [silent] = this.#last.keys();
    if (this.#last.size > MOST_SERVICES && silent !== undefined) this.#last.delete(silent);
    return true;
  }
}
