// Executes each message once, however often it is sent, and answers it each time.

/** How many answers are remembered. */
const MEMORY = 10_000;

export class Once<Answer> {
  readonly #answers = new Map<string, Promise<Answer>>();

  /** The answer of the first execution; a message without an id is always executed. */
  execute(messageId: string | undefined, act: () => Promise<Answer>): Promise<Answer> {
    if (messageId === undefined) return act();
    const known = this.#answers.get(messageId);
    if (known !== undefined) return known;
    const answer = act();
    this.#answers.set(messageId, answer);
    this.#forgetOldest();
    return answer;
  }

  #forgetOldest(): void {
    if (this.#answers.size <= MEMORY) return;
    const [oldest] = this.#answers.keys();
    if (oldest !== undefined) this.#answers.delete(oldest);
  }
}
