// The live view at work: keys and samples go into it, frames come out, the terminal is given back at the end.

import type { Clock } from '../../base/clock.js';
import { createDeferred } from '../../base/deferred.js';
import type { Terminal } from '../command.js';
import type { Screen } from '../screen.js';
import { feed, type TopSource } from './feed.js';
import { paintFrame } from './frame.js';
import { decodeKeys, endKeys } from './keys.js';
import { encodeLine, type EncodedLine } from './line.js';
import { Nap } from './nap.js';
import { render } from './render.js';
import { createView, update } from './update.js';
import { detailOf, type Input, type Sample, type View } from './view.js';

export interface LiveOptions {
  readonly source: TopSource;
  /** Already there: a provider that cannot be reached at all is told before the screen is taken. */
  readonly first: Sample;
  readonly intervalMs: number;
  readonly clock: Clock;
}

/** Resolves when the user has had enough, or a signal says so. Rejects with what went wrong in here. */
export async function runLive(terminal: Terminal, screen: Screen, options: LiveOptions): Promise<void> {
  const { source, first, intervalMs, clock } = options;
  const nap = new Nap(clock);
  const stop = new AbortController();
  const done = createDeferred<void>();
  const canvas = new Canvas(screen, terminal.colour);
  let view = createView(first, screen.size, intervalMs);
  const see = (input: Input) => {
    const before = view;
    view = update(view, input);
    canvas.show(view);
    // What the user wants to see or not to see any more is not a second old.
    if (detailOf(view) !== detailOf(before) || view.isPaused !== before.isPaused) nap.wake();
    if (view.isDone) done.resolve();
  };
  const guard = <T extends readonly unknown[]>(act: (...given: T) => void) => {
    return (...given: T) => {
      try {
        act(...given);
      } catch (error) {
        done.reject(error);
      }
    };
  };
  const typist = new Typist(
    clock,
    guard((key) => (key === '<c-l>' ? canvas.redraw(view) : see({ kind: 'key', key }))),
  );
  const ticker = startTicker(
    clock,
    guard(() => see({ kind: 'tick', nowMs: clock.now() })),
  );
  for (const signal of [terminal.signal, terminal.closed])
    signal.addEventListener('abort', () => done.resolve());
  if (terminal.signal.aborted) done.resolve();
  const wanted = () => ({ isPaused: view.isPaused, detail: detailOf(view) });
  try {
    screen.open({
      typed: (text) => typist.type(text),
      resized: guard(() => see({ kind: 'resize', size: screen.size })),
      hungUp: () => done.resolve(),
    });
    canvas.show(view);
    const feeding = feed({ source, clock, intervalMs, nap, signal: stop.signal, wanted, see }, intervalMs);
    feeding.catch((error: unknown) => done.reject(error));
    await done.promise;
  } finally {
    screen.close();
    ticker.stop();
    typist.stop();
    stop.abort();
    nap.wake();
  }
}

/** The screen as it was written last. */
class Canvas {
  readonly #screen: Screen;
  readonly #hasColour: boolean;
  #lines: readonly EncodedLine[] = [];
  #columns = 0;

  constructor(screen: Screen, hasColour: boolean) {
    this.#screen = screen;
    this.#hasColour = hasColour;
  }

  show(view: View): void {
    const { columns, rows } = view.size;
    // Another size: nobody knows what the terminal has made of the old lines.
    const isSame = columns === this.#columns && rows === this.#lines.length;
    const lines = render(view).map((line) => encodeLine(line, columns, this.#hasColour));
    const text = paintFrame(isSame ? this.#lines : [], lines, columns);
    this.#lines = lines;
    this.#columns = columns;
    if (text !== '') this.#screen.write(text);
  }

  redraw(view: View): void {
    this.#lines = [];
    this.show(view);
  }
}

/** How long the rest of a sequence may take; Escape itself is the beginning of one. */
const SEQUENCE_MS = 50;

class Typist {
  readonly #clock: Clock;
  readonly #press: (key: string) => void;
  #rest = '';
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, press: (key: string) => void) {
    this.#clock = clock;
    this.#press = press;
  }

  type(text: string): void {
    this.stop();
    const { keys, rest } = decodeKeys(this.#rest + text);
    this.#rest = rest;
    keys.forEach(this.#press);
    if (rest !== '') this.#cancel = this.#clock.after(SEQUENCE_MS, () => this.#giveUp());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #giveUp(): void {
    const keys = endKeys(this.#rest);
    this.#rest = '';
    keys.forEach(this.#press);
  }
}

/** Not that of the samples: it is there to tell when they fail to come. */
const TICK_MS = 1500;

function startTicker(clock: Clock, act: () => void): { stop(): void } {
  let cancel = () => {};
  const next = () => {
    cancel = clock.after(TICK_MS, () => {
      act();
      next();
    });
  };
  next();
  return { stop: () => cancel() };
}
