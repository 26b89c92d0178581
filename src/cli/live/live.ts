// Runs the live view: feeds it keys and samples, draws frames, and restores the terminal at the end.

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
  /** The first sample, taken before the screen is opened so that its errors are printed normally. */
  readonly first: Sample;
  readonly intervalMs: number;
  readonly clock: Clock;
}

/** Runs until the user quits or a signal arrives. Rejects with an error of the view itself. */
export async function runLive(terminal: Terminal, screen: Screen, options: LiveOptions): Promise<void> {
  const live = new Live(terminal, screen, options);
  try {
    await live.run();
  } finally {
    live.close();
  }
}

/** Independent of the sample interval: lets the view show that samples are late. */
const TICK_MS = 1500;

class Live {
  readonly #terminal: Terminal;
  readonly #screen: Screen;
  readonly #options: LiveOptions;
  readonly #buffer: ScreenBuffer;
  readonly #decoder: KeyDecoder;
  readonly #sleep: InterruptibleSleep;
  readonly #stop = new AbortController();
  readonly #done = createDeferred<void>();
  #cancelTick: (() => void) | undefined;
  #view: View;

  constructor(terminal: Terminal, screen: Screen, options: LiveOptions) {
    this.#terminal = terminal;
    this.#screen = screen;
    this.#options = options;
    this.#buffer = new ScreenBuffer(screen, terminal.colour);
    this.#decoder = new KeyDecoder(options.clock, (keys) => this.#onKeys(keys));
    this.#sleep = new InterruptibleSleep(options.clock);
    this.#view = createView(options.first, screen.size, options.intervalMs);
  }

  async run(): Promise<void> {
    const end = () => this.#done.resolve();
    for (const signal of [this.#terminal.signal, this.#terminal.closed]) {
      if (signal.aborted) return;
      signal.addEventListener('abort', end, { signal: this.#stop.signal });
    }
    this.#screen.open({
      typed: (text) => this.#decoder.push(text),
      resized: () => this.#update({ kind: 'resize', size: this.#screen.size }),
      hungUp: end,
    });
    this.#buffer.show(this.#view);
    this.#startTicking();
    const { source, clock, intervalMs } = this.#options;
    poll({
      source,
      clock,
      intervalMs,
      sleep: this.#sleep,
      signal: this.#stop.signal,
      wanted: () => ({ isPaused: this.#view.isPaused, detail: detailOf(this.#view) }),
      onInput: (input) => this.#update(input),
    }).catch((error: unknown) => this.#done.reject(error));
    await this.#done.promise;
  }

  close(): void {
    this.#screen.close();
    this.#stop.abort();
    this.#cancelTick?.();
    this.#decoder.close();
    this.#sleep.wake();
  }

  #onKeys(keys: readonly Key[]): void {
    if (keys.includes('<c-l>')) this.#buffer.redraw(this.#view);
    this.#update(...keys.map((key) => ({ kind: 'key', key }) as const));
  }

  /** Draws one frame for all inputs. Called by timers and sockets, so errors must reject `run`. */
  #update(...inputs: readonly Input[]): void {
    try {
      const before = this.#view;
      this.#view = inputs.reduce(update, before);
      this.#buffer.show(this.#view);
      // A change by the user needs a sample now, not at the next interval.
      const isSame = detailOf(before) === detailOf(this.#view) && before.isPaused === this.#view.isPaused;
      if (!isSame) this.#sleep.wake();
      if (this.#view.isDone) this.#done.resolve();
    } catch (error) {
      this.#done.reject(error);
    }
  }

  #startTicking(): void {
    const { clock } = this.#options;
    this.#cancelTick = clock.after(TICK_MS, () => {
      this.#startTicking();
      this.#update({ kind: 'tick', nowMs: clock.now() });
    });
  }
}
