// Tracks the heartbeats, the event loop lag and the missed events of a running service.

import type { HeartbeatBody } from '../messages/heartbeat.js';
import type { ServiceStatus } from '../messages/service-status.js';

export class Liveness {
  readonly #sender: string | undefined;
  #lastSeq = 0;
  #lastBeatMs: number | undefined;
  lagMs = 0;
  /** The operating system's thread id, for a thread service. */
  tid: number | undefined;
  /** Events that were sent but never arrived. */
  missedEvents = 0;
  /** Log lines that could not be written. */
  logLoss: HeartbeatBody['content']['log_loss'];

  constructor(sender: string | undefined) {
    this.#sender = sender;
  }

  isFrom(sender: string | undefined): boolean {
    return this.#sender === sender;
  }

  /** Records the sequence number of an event; returns false for a duplicate. */
  recordEvent(seq: number | undefined): boolean {
    if (seq === undefined) return true;
    if (seq <= this.#lastSeq) return false;
    // The first number may be any: the provider may have started after the service.
    if (this.#lastSeq > 0) this.missedEvents += seq - this.#lastSeq - 1;
    this.#lastSeq = seq;
    return true;
  }

  /** A heartbeat arrives after all events that it counts: those that have not arrived are lost. */
  recordHeartbeat(beat: HeartbeatBody, nowMs: number): void {
    const { seq } = beat.content;
    if (this.#lastSeq > 0) this.missedEvents += Math.max(0, seq - this.#lastSeq);
    this.#lastSeq = Math.max(seq, this.#lastSeq);
    this.#lastBeatMs = nowMs;
    this.lagMs = beat.content.event_loop_lag_ms;
    this.logLoss = beat.content.log_loss;
    this.tid ??= beat.content.tid;
  }

  /** Extends the deadline: the provider itself was stopped for `gapMs` and received nothing. */
  addGrace(gapMs: number): void {
    if (this.#lastBeatMs !== undefined) this.#lastBeatMs += gapMs;
  }

  /** Milliseconds since the last heartbeat; undefined for a service that has never sent one. */
  silenceMs(nowMs: number): number | undefined {
    return this.#lastBeatMs === undefined ? undefined : nowMs - this.#lastBeatMs;
  }
}

/** The event that must have been lost if a heartbeat reports this state; undefined if none was. */
export function missingEvent(
  status: ServiceStatus,
  { ready, state }: HeartbeatBody['content'],
): 'started' | 'failed' | undefined {
  if (status === 'starting' && ready) return 'started';
  return status === 'started' && state === 'failed' ? 'failed' : undefined;
}
