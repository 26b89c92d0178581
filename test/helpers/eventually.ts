// Polls for a condition without an event, such as the end of a process that is not a child.

const POLL_MS = 10;

/** Resolves with the first result of `probe` that is neither undefined nor false; rejects after `limitMs`. */
export async function eventually<T>(
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  what: string,
  limitMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${limitMs} ms`);
    await new Promise((resume) => setTimeout(resume, POLL_MS));
  }
}
