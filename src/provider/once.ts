// Executes each message once, however often it is sent, and answers it each time.

/** How many answers are remembered. */
const MEMORY = 1000;
/** How many of them the next provider is told. */
const JOURNALED = 200;

export class Once<Answer> {
  readonly #answers = new Map<string, Promise<Answer>>();
  readonly #settled = new Map<string, Answer>();

  /** The answer of the first execution; a message without an id is always executed. */
  execute(messageId: string | undefined, act: () => Promise<Answer>): Promise<Answer> {
    if (messageId === undefined) return act();
    const known = this.#answers.get(messageId);
    if (known !== undefined) return known;
    const answer = act().then((settled) => {
      this.#settled.set(messageId, settled);
      forgetOldest(this.#settled, JOURNALED);
      return settled;
    });
    this.#answers.set(messageId, answer);
    forgetOldest(this.#answers, MEMORY);
    return answer;
  }

  /** What an earlier provider has answered. */
  remember(messageId: string, answer: Answer): void {
    this.#answers.set(messageId, Promise.resolve(answer));
    this.#settled.set(messageId, answer);
  }

  /** The last answers there are, oldest first. */
  remembered(): readonly (readonly [string, Answer])[] {
    return [...this.#settled];
  }
}

function forgetOldest(answers: Map<string, unknown>, limit: number): void {
  const [oldest] = answers.keys();
  if (answers.size > limit && oldest !== undefined) answers.delete(oldest);
}
