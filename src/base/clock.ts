// Time as a dependency, so that tests can control every delay.

export interface Clock {
  /** Wall-clock time in milliseconds since the epoch, for output, message stamps and files. It may jump. */
  now(): number;
  /** Milliseconds since a fixed moment that is the same for all processes of the machine. Never jumps; use it for durations. */
  monotonic(): number;
  /** Calls `callback` once after `delayMs` milliseconds. The returned function cancels the timer. */
  after(delayMs: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1000 + nanoseconds / 1e6;
  },
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

const SLICE_MS = 1000;

/**
 * Like `clock.after`, but does not count time in which this process was stopped (SIGSTOP, a frozen container). Messages
 * that arrived meanwhile are therefore read before a timeout fires.
 */
export function afterAwake(clock: Clock, delayMs: number, callback: () => void): () => void {
  let leftMs = delayMs;
  let cancel = wait();
  return () => cancel();

  function wait(): () => void {
    const sliceMs = Math.min(leftMs, SLICE_MS);
    const startMs = clock.monotonic();
    return clock.after(sliceMs, () => {
      const spentMs = clock.monotonic() - startMs;
      // A slice that took much longer than planned counts as one slice.
      leftMs -= Math.min(spentMs, 2 * SLICE_MS);
      // Leaves time to read messages that arrived during the stop.
      if (spentMs > 2 * SLICE_MS) leftMs = Math.max(leftMs, SLICE_MS);
      if (leftMs > 1) cancel = wait();
      else callback();
    });
  }
}

/** A group of `afterAwake` timers that are cancelled together. */
export class Timers {
  readonly #clock: Clock;
  readonly #cancels = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(delayMs: number, callback: () => void): void {
    const cancel = afterAwake(this.#clock, delayMs, () => {
      this.#cancels.delete(cancel);
      callback();
    });
    this.#cancels.add(cancel);
  }

  close(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}

/** Smaller changes are adjustments (NTP slewing), not jumps. */
const MIN_JUMP_MS = 1000;

/** Detects jumps of the machine's wall clock. */
export class ClockJumps {
  readonly #clock: Clock;
  #offsetMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offsetMs = clock.now() - clock.monotonic();
  }

  /** Returns by how many milliseconds the wall clock has jumped since the last call; 0 for small adjustments. */
  take(): number {
    const offsetMs = this.#clock.now() - this.#clock.monotonic();
    const jumpMs = offsetMs - this.#offsetMs;
    this.#offsetMs = offsetMs;
    return Math.abs(jumpMs) < MIN_JUMP_MS ? 0 : jumpMs;
  }
}
