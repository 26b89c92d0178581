// Keeps the lines on the screen, so that only changed lines are written.

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
    // After a change of size, what the terminal shows of the old lines is unknown.
    const isSame = columns === this.#columns && rows === this.#lines.length;
    const lines = render(view).map((line) => encodeLine(line, columns, this.#hasColour));
    const text = paintFrame(isSame ? this.#lines : [], lines, columns);
    this.#lines = lines;
    this.#columns = columns;
    if (text !== '') this.#screen.write(text);
  }

  /** Writes all lines, because other programs may have written to the screen. */
  redraw(view: View): void {
    this.#lines = [];
    this.show(view);
  }
}
