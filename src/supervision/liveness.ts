// What is known of a living service besides its state: its last heartbeat, its lag, what was missed of it.

import type { HeartbeatBody } from '../messages/heartbeat.js';
import type { ServiceStatus } from '../messages/service-status.js';

/** A service that was silent for so many of its own intervals, and one second more than one, is said to lag. */
const SILENT_BEATS = 2;
const LATE_MS = 1000;

/** One run of a service, seen from outside. */
export class Liveness {
  readonly #sender: string | undefined;
  #lastSeq = 0;
  #lastBeatMs: number | undefined;
  lagMs = 0;
  /** Of a thread service: the system's number for its thread. */
  tid: number | undefined;
  /** Events that were sent but never arrived. */
  missedEvents = 0;
  /** What its log could not take. */
  logLoss: HeartbeatBody['content']['log_loss'];

  constructor(sender: string | undefined) {
    this.#sender = sender;
  }

  isOf(sender: string | undefined): boolean {
    return this.#sender === sender;
  }

  /** Notes an event's number; false for one that has been seen. */
  noteEvent(seq: number | undefined): boolean {
    if (seq === undefined) return true;
    if (seq <= this.#lastSeq) return false;
    // The first that is seen of a sender may be any: the provider can be younger than the service.
    if (this.#lastSeq > 0) this.missedEvents += seq - this.#lastSeq - 1;
    this.#lastSeq = seq;
    return true;
  }

  /** A beat comes after all events that it counts: those that have not been seen are lost. */
  noteBeat(beat: HeartbeatBody, nowMs: number): void {
    const { seq } = beat.content;
    if (this.#lastSeq > 0) this.missedEvents += Math.max(0, seq - this.#lastSeq);
    this.#lastSeq = Math.max(seq, this.#lastSeq);
    this.#lastBeatMs = nowMs;
    this.lagMs = beat.content.event_loop_lag_ms;
    this.logLoss = beat.content.log_loss;
    this.tid ??= beat.content.tid;
  }

  /** Nothing could be heard for so long: the provider itself was stopped. */
  excuse(gapMs: number): void {
    if (this.#lastBeatMs !== undefined) this.#lastBeatMs += gapMs;
  }

  /** Milliseconds without a sign of life; undefined for a service that never gave one. */
  silentMs(nowMs: number): number | undefined {
    return this.#lastBeatMs === undefined ? undefined : nowMs - this.#lastBeatMs;
  }

  isLagging(nowMs: number, heartbeatMs: number): boolean {
    const silentMs = this.silentMs(nowMs);
    return silentMs !== undefined && silentMs > Math.max(heartbeatMs * SILENT_BEATS, heartbeatMs + LATE_MS);
  }
}

/** What a service must have reported to say this of itself now. */
export function lostEvent(
  status: ServiceStatus,
  { ready, state }: HeartbeatBody['content'],
): 'started' | 'failed' | undefined {
  if (status === 'starting' && ready) return 'started';
  return status === 'started' && state === 'failed' ? 'failed' : undefined;
}
