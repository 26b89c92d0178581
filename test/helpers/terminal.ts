// A terminal that records its output.

import type { Terminal } from '../../src/cli/terminal/terminal.js';
import { toTerminal } from '../../src/cli/terminal/paint.js';

export interface TestTerminal extends Terminal {
  /** Everything written so far. */
  readonly written: { out: string; err: string };
}

export function createTerminal(colour = false, columns?: number): TestTerminal {
  const written = { out: '', err: '' };
  return {
    written,
    colour,
    columns,
    out: (text) => void (written.out += toTerminal(text, colour)),
    raw: (text) => void (written.out += text),
    err: (text) => void (written.err += toTerminal(text, false)),
    lossy: () => (text) => void (written.out += toTerminal(text, colour)),
    signal: new AbortController().signal,
    kill: new AbortController().signal,
    closed: new AbortController().signal,
  };
}
