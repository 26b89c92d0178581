// The live view at work: keys and samples go into it, frames come out, the terminal is given back at the end.

import type { Clock } from '../../base/clock.js';
import { createDeferred } from '../../base/deferred.js';
import type { Terminal } from '../terminal/terminal.js';
import type { Screen } from '../terminal/screen.js';
import { ScreenBuffer } from './screen-buffer.js';
import { poll, type TopSource } from './poller.js';
import type { Key } from './key-codes.js';
import { InterruptibleSleep } from './interruptible-sleep.js';
import { KeyDecoder } from './key-decoder.js';
import { createView, update } from './update.js';
import { detailOf, type Input, type Sample, type View } from './view.js';

export interface LiveOptions {
  readonly source: TopSource;
  /** Already there: a provider that cannot be reached at all is told before the screen is taken. */
  readonly first: Sample;
  readonly intervalMs: number;
  readonly clock: Clock;
}

/** Until the user has had enough, or a signal says so. Rejects with whatever goes wrong in here. */
export async function runLive(terminal: Terminal, screen: Screen, options: LiveOptions): Promise<void> {
  const live = new Live(terminal, screen, options);
  try {
    await live.run();
  } finally {
    live.close();
  }
}

/** Not that of the samples: it is there to tell when they fail to come. */
const TICK_MS = 1500;

class Live {
  readonly #terminal: Terminal;
  readonly #screen: Screen;
  readonly #options: LiveOptions;
  readonly #canvas: ScreenBuffer;
  readonly #typist: KeyDecoder;
  readonly #nap: InterruptibleSleep;
  readonly #stop = new AbortController();
  readonly #done = createDeferred<void>();
  #cancelTick: (() => void) | undefined;
  #view: View;

  constructor(terminal: Terminal, screen: Screen, options: LiveOptions) {
    this.#terminal = terminal;
    this.#screen = screen;
    this.#options = options;
    this.#canvas = new ScreenBuffer(screen, terminal.colour);
    this.#typist = new KeyDecoder(options.clock, (keys) => this.#press(keys));
    this.#nap = new InterruptibleSleep(options.clock);
    this.#view = createView(options.first, screen.size, options.intervalMs);
  }

  async run(): Promise<void> {
    const end = () => this.#done.resolve();
    for (const signal of [this.#terminal.signal, this.#terminal.closed]) {
      if (signal.aborted) return;
      signal.addEventListener('abort', end, { signal: this.#stop.signal });
    }
    this.#screen.open({
      typed: (text) => this.#typist.type(text),
      resized: () => this.#see({ kind: 'resize', size: this.#screen.size }),
      hungUp: end,
    });
    this.#canvas.show(this.#view);
    this.#startTicking();
    const { source, clock, intervalMs } = this.#options;
    poll({
      source,
      clock,
      intervalMs,
      nap: this.#nap,
      signal: this.#stop.signal,
      wanted: () => ({ isPaused: this.#view.isPaused, detail: detailOf(this.#view) }),
      see: (input) => this.#see(input),
    }).catch((error: unknown) => this.#done.reject(error));
    await this.#done.promise;
  }

  close(): void {
    this.#screen.close();
    this.#stop.abort();
    this.#cancelTick?.();
    this.#typist.close();
    this.#nap.wake();
  }

  #press(keys: readonly Key[]): void {
    if (keys.includes('<c-l>')) this.#canvas.redraw(this.#view);
    this.#see(...keys.map((key) => ({ kind: 'key', key }) as const));
  }

  /** One frame for all of them. Called by timers and sockets, so what it throws must not get lost. */
  #see(...inputs: readonly Input[]): void {
    try {
      const before = this.#view;
      this.#view = inputs.reduce(update, before);
      this.#canvas.show(this.#view);
      // What the user has just asked for is not to wait for the next second.
      const isSame = detailOf(before) === detailOf(this.#view) && before.isPaused === this.#view.isPaused;
      if (!isSame) this.#nap.wake();
      if (this.#view.isDone) this.#done.resolve();
    } catch (error) {
      this.#done.reject(error);
    }
  }

  #startTicking(): void {
    const { clock } = this.#options;
    this.#cancelTick = clock.after(TICK_MS, () => {
      this.#startTicking();
      this.#see({ kind: 'tick', nowMs: clock.now() });
    });
  }
}
