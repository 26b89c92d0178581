// Detects replayed messages: each sealed message is accepted once.

import { ClockJumps, type Clock } from '../base/clock.js';
import type { MessageMac } from '../bus/message-mac.js';

/** The maximum age of a message, including the difference of the clocks of client and provider. */
export const WINDOW_MS = 60_000;

/** Per client within the window; further messages are refused. */
const MAX_SEEN = 50_000;
const MAX_SERVICES = 10_000;

export class ReplayGuard {
  readonly #clock: Clock;
  readonly #jumps: ClockJumps;
  #sinceMs: number;
  /** Per client key, which several programs may share: accepted MACs, oldest first, with their expiry by the monotonic clock. */
  readonly #seen = new Map<string, Map<string, number>>();
  /** Per service key, which one program has: the last stamp; the most recent sender is last. */
  readonly #last = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#jumps = new ClockJumps(clock);
    this.#sinceMs = clock.now();
  }

  /** Returns true for the first message with this seal. */
  acceptFromClient({ key, mac, stamp }: MessageMac): boolean {
    this.#adjustForClockJump();
    const nowMs = this.#clock.monotonic();
    const seen = this.#seen.get(key) ?? this.#addClient(key, nowMs);
    for (const [oldest, untilMs] of seen) {
      if (untilMs >= nowMs) break;
      seen.delete(oldest);
    }
    // A message from before the start of this provider may have been executed by the previous one.
    if (stamp < this.#sinceMs || Math.abs(this.#clock.now() - stamp) > WINDOW_MS) return false;
    if (seen.has(mac) || seen.size >= MAX_SEEN) return false;
    // Remember it for as long as its stamp can be accepted.
    seen.set(mac, nowMs + 2 * WINDOW_MS);
    return true;
  }

  /** Stamps use the machine's clock: when it is set, the remembered stamps are shifted. */
  #adjustForClockJump(): void {
    const jumpMs = this.#jumps.take();
    if (jumpMs === 0) return;
    this.#sinceMs += jumpMs;
    // Running services continue from their last stamp; new ones start from the new time.
    if (jumpMs < 0) for (const [key, stamp] of this.#last) this.#last.set(key, stamp + jumpMs);
  }

  /** Adds a client key. Removes keys without remembered MACs: each task has a key of its own. */
  #addClient(key: string, nowMs: number): Map<string, number> {
    for (const [other, seen] of this.#seen)
      if ([...seen.values()].every((untilMs) => untilMs < nowMs)) this.#seen.delete(other);
    const seen = new Map<string, number>();
    this.#seen.set(key, seen);
    return seen;
  }

  /** Returns true for a stamp after the last one of this service, of any age: the provider may have been stopped. */
  acceptFromService({ key, stamp }: MessageMac): boolean {
    this.#adjustForClockJump();
    if (stamp <= (this.#last.get(key) ?? this.#sinceMs - WINDOW_MS)) return false;
    this.#last.delete(key);
    this.#last.set(key, stamp);
    const [silent] = this.#last.keys();
    if (this.#last.size > MAX_SERVICES && silent !== undefined) this.#last.delete(silent);
    return true;
  }
}
