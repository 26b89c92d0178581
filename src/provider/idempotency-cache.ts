// Executes each message once, however often it is sent, and answers it each time.

import type { Clock } from '../base/clock.js';

/** So long the answer to a message is remembered. */
export const REMEMBERED_MS = 10 * 60_000;
/** What is remembered never takes more than this; then new messages are refused, rather than old ones executed again. */
const MOST = { answers: 50_000, bytes: 16 * 1024 * 1024 };

export interface Remembered<Answer> {
  readonly messageId: string;
  readonly answer: Answer;
  /** When it was given, in milliseconds since the epoch. */
  readonly atMs: number;
}

interface Settled {
  /** As JSON: a small part of what the objects would take. */
  readonly text: string;
  /** By the monotonic clock. */
  readonly atMs: number;
}

export class IdempotencyCache<Answer> {
  readonly #clock: Clock;
  readonly #pending = new Map<string, Promise<Answer>>();
  /** Oldest first. */
  readonly #settled = new Map<string, Settled>();
  #bytes = 0;
  /** How many have been settled in all. */
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether this message is being executed, or was within the last ten minutes. */
  has(messageId: string): boolean {
    this.#forgetOld();
    return this.#pending.has(messageId) || this.#settled.has(messageId);
  }

  /** No further answer can be remembered before an old one is forgotten. */
  get isFull(): boolean {
    this.#forgetOld();
    return this.#settled.size + this.#pending.size >= MOST.answers || this.#bytes >= MOST.bytes;
  }

  /** The answer of the first execution; a message without an id is always executed. */
  execute(messageId: string | undefined, act: () => Promise<Answer>): Promise<Answer> {
    if (messageId === undefined) return act();
    this.#forgetOld();
    const pending = this.#pending.get(messageId);
    if (pending !== undefined) return pending;
    const settled = this.#settled.get(messageId);
    if (settled !== undefined) return Promise.resolve(JSON.parse(settled.text) as Answer);
    const answer = act()
      .then((given) => {
        this.#settle(messageId, given, this.#clock.monotonic());
        return given;
      })
      .finally(() => this.#pending.delete(messageId));
    this.#pending.set(messageId, answer);
    return answer;
  }

  /** What an earlier provider has answered; to be called in the order of the answers. */
  remember({ messageId, answer, atMs }: Remembered<Answer>): void {
    // The clock may have been set since: the answer is not from the future, and is forgotten in ten minutes at the latest.
    const agoMs = Math.max(0, this.#clock.now() - atMs);
    this.#settle(messageId, answer, this.#clock.monotonic() - agoMs);
  }

  /** How many answers there have been, and those after the first `since` of them that are remembered, oldest first. */
  settled(since: number): { readonly count: number; readonly answers: readonly Remembered<Answer>[] } {
    this.#forgetOld();
    const added = this.#count - since;
    if (added === 0) return { count: this.#count, answers: [] };
    const offsetMs = this.#clock.now() - this.#clock.monotonic();
    const answers = [...this.#settled].slice(-added).map(([messageId, { text, atMs }]) => {
      return { messageId, answer: JSON.parse(text) as Answer, atMs: Math.round(atMs + offsetMs) };
    });
    return { count: this.#count, answers };
  }

  #settle(messageId: string, answer: Answer, atMs: number): void {
    const text = JSON.stringify(answer);
    this.#settled.set(messageId, { text, atMs });
    this.#bytes += sizeOf(messageId, text);
    this.#count += 1;
  }

  #forgetOld(): void {
    const sinceMs = this.#clock.monotonic() - REMEMBERED_MS;
    for (const [messageId, { text, atMs }] of this.#settled) {
      if (atMs > sinceMs) return;
      this.#settled.delete(messageId);
      this.#bytes -= sizeOf(messageId, text);
    }
  }
}

function sizeOf(messageId: string, text: string): number {
  return messageId.length + text.length;
}
