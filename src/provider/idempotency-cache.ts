// Executes each message once, however often it arrives, and gives its answer again.

import type { Clock } from '../base/clock.js';

/** How long the answer to a message is kept. */
export const ANSWER_RETENTION_MS = 10 * 60_000;
/** The limits of the cache. When it is full, new messages are refused: an old one must never be executed again. */
const LIMITS = { answers: 50_000, bytes: 16 * 1024 * 1024 };

export interface KeptAnswer<Answer> {
  readonly messageId: string;
  readonly answer: Answer;
  /** The time of the answer, in milliseconds since the epoch. */
  readonly atMs: number;
}

interface Settled {
  /** As JSON, which takes a small part of the memory of the objects. */
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
  /** The number of all answers so far. */
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The answer to a message that is being executed, or was within the last ten minutes; undefined for a new one. */
  answerOf(messageId: string): Promise<Answer> | undefined {
    this.#expire();
    const settled = this.#settled.get(messageId);
    if (settled !== undefined) return Promise.resolve(JSON.parse(settled.text) as Answer);
    return this.#pending.get(messageId);
  }

  /** Whether no further answer can be kept until an old one expires. */
  get isFull(): boolean {
    this.#expire();
    return this.#settled.size + this.#pending.size >= LIMITS.answers || this.#bytes >= LIMITS.bytes;
  }

  /** Returns the answer of the first execution; a message without an id is executed each time. */
  execute(messageId: string | undefined, act: () => Promise<Answer>): Promise<Answer> {
    if (messageId === undefined) return act();
    const known = this.answerOf(messageId);
    if (known !== undefined) return known;
    const answer = act()
      .then((given) => {
        this.#settle(messageId, given, this.#clock.monotonic());
        return given;
      })
      .finally(() => this.#pending.delete(messageId));
    this.#pending.set(messageId, answer);
    return answer;
  }

  /** Takes over an answer of an earlier provider. Must be called in the order of the answers. */
  restore({ messageId, answer, atMs }: KeptAnswer<Answer>): void {
    // The machine's clock may have been set back since: the answer must still expire within ten minutes.
    const agoMs = Math.max(0, this.#clock.now() - atMs);
    this.#settle(messageId, answer, this.#clock.monotonic() - agoMs);
  }

  /** Returns the number of all answers so far, and those after the first `since` that are kept, oldest first. */
  settled(since: number): { readonly count: number; readonly answers: readonly KeptAnswer<Answer>[] } {
    this.#expire();
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

  #expire(): void {
    const sinceMs = this.#clock.monotonic() - ANSWER_RETENTION_MS;
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
