// Executes each message once, however often it is sent, and answers it each time.

/** How many answers are remembered. */
const MEMORY = 1000;
export class Once<Answer> {
  readonly #answers = new Map<string, Promise<Answer>>();
  readonly #settled = new Map<string, Answer>();
  /** How many have been settled in all. */
  #count = 0;

  /** The answer of the first execution; a message without an id is always executed. */
  execute(messageId: string | undefined, act: () => Promise<Answer>): Promise<Answer> {
    if (messageId === undefined) return act();
    const known = this.#answers.get(messageId);
    if (known !== undefined) return known;
    const answer = act().then((settled) => {
      this.#settle(messageId, settled);
      return settled;
    });
    this.#answers.set(messageId, answer);
    forgetOldest(this.#answers, MEMORY);
    return answer;
  }

  /** What an earlier provider has answered. */
  remember(messageId: string, answer: Answer): void {
    this.#answers.set(messageId, Promise.resolve(answer));
    forgetOldest(this.#answers, MEMORY);
    this.#settle(messageId, answer);
  }

  /** How many answers there have been, and those after the first `since` of them, oldest first. */
  settled(since: number): {
    readonly count: number;
    readonly answers: readonly (readonly [string, Answer])[];
  } {
    const added = this.#count - since;
    return { count: this.#count, answers: added === 0 ? [] : [...this.#settled].slice(-added) };
  }

  #settle(messageId: string, answer: Answer): void {
    this.#settled.set(messageId, answer);
    forgetOldest(this.#settled, MEMORY);
    this.#count += 1;
  }
}

function forgetOldest(answers: Map<string, unknown>, limit: number): void {
  const [oldest] = answers.keys();
  if (answers.size > limit && oldest !== undefined) answers.delete(oldest);
}
