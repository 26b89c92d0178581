// Time as a dependency, so that every delay can be tested without waiting for it.

export interface Clock {
  /** Milliseconds since the epoch, as the machine says: for what is shown, sealed or kept. It may jump. */
  now(): number;
  /** Milliseconds since some moment, the same one for all processes of the machine; never jumps. For how long something lasts. */
  monotonic(): number;
  /** Calls `act` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, act: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1000 + nanoseconds / 1e6;
  },
  after: (delayMs, act) => {
    const timer = setTimeout(act, delayMs);
    return () => clearTimeout(timer);
  },
};

const PART_MS = 1000;

/**
 * As `clock.after`, but time in which this process was stopped (SIGSTOP, a frozen container) does not count: what the
 * others have said meanwhile is heard before anything is concluded from their silence.
 */
export function afterAwake(clock: Clock, delayMs: number, act: () => void): () => void {
  let leftMs = delayMs;
  let cancel = wait();
  return () => cancel();

  function wait(): () => void {
    const partMs = Math.min(leftMs, PART_MS);
    const startMs = clock.monotonic();
    return clock.after(partMs, () => {
      const spentMs = clock.monotonic() - startMs;
      // A part that lasted much longer than it should is no more than that part.
      leftMs -= Math.min(spentMs, 2 * PART_MS);
      // What waited until now, such as the word this is about, is read before a last short part is over.
      if (spentMs > 2 * PART_MS) leftMs = Math.max(leftMs, PART_MS);
      if (leftMs > 1) cancel = wait();
      else act();
    });
  }
}

/** Delays by `afterAwake` that are cancelled together. */
export class Timers {
  readonly #clock: Clock;
  readonly #cancels = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(delayMs: number, act: () => void): void {
    const cancel = afterAwake(this.#clock, delayMs, () => {
      this.#cancels.delete(cancel);
      act();
    });
    this.#cancels.add(cancel);
  }

  close(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}

/** A clock that was set by less than this was only adjusted. */
const LEAST_JUMP_MS = 1000;

/** Notices that the machine's clock was set. */
export class ClockJumps {
  readonly #clock: Clock;
  #offsetMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offsetMs = clock.now() - clock.monotonic();
  }

  /** By how much `now` has jumped since the last call; 0 for what are only adjustments. */
  take(): number {
    const offsetMs = this.#clock.now() - this.#clock.monotonic();
    const jumpMs = offsetMs - this.#offsetMs;
    this.#offsetMs = offsetMs;
    return Math.abs(jumpMs) < LEAST_JUMP_MS ? 0 : jumpMs;
  }
}
