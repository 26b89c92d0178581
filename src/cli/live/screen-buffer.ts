// The screen as it was written last, so that only what differs is written next.

import type { Screen } from '../terminal/screen.js';
import { paintFrame } from './frame.js';
import { encodeLine, type EncodedLine } from './line.js';
import { render } from './render.js';
import type { View } from './view.js';

export class ScreenBuffer {
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

  /** Whatever else may have written on the screen. */
  redraw(view: View): void {
    this.#lines = [];
    this.show(view);
  }
}
