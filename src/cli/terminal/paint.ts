// Colour for terminals, and nothing for everything else. What is written to one passes `toTerminal`.

import { escapeLine, escapeText } from './escape.js';

const CODES = { red: 31, green: 32, yellow: 33, blue: 34, cyan: 36, grey: 90, bold: 1 } as const;
export type Colour = keyof typeof CODES;
export type Paint = (text: string, colour: Colour) => string;

/** Exactly what a paint adds. */
const ADDED = new RegExp(String.raw`(\u001b\[(?:0|${Object.values(CODES).join('|')})m)`);

/** The text is a piece of a line, and may come from anybody. */
export function createPaint(isOn: boolean): Paint {
  return (text, colour) => {
    const shown = escapeLine(text);
    return isOn ? `\u001b[${CODES[colour]}m${shown}\u001b[0m` : shown;
  };
}

/** What is written to a terminal: escaped, but for the colours of our own. */
export function toTerminal(text: string, hasColour: boolean): string {
  if (!hasColour) return escapeText(text);
  return text
    .split(ADDED)
    .map((part, index) => (index % 2 === 1 ? part : escapeText(part)))
    .join('');
}

/** The colour in which a service's state is shown everywhere. */
export function stateColour(state: string): Colour {
  switch (state) {
    case 'started':
    case 'exited':
    case 'success':
      return 'green';
    case 'failed':
    case 'failure':
    case 'unknown':
      return 'red';
    case 'starting':
    case 'stopping':
    case 'backoff':
    case 'updated':
      return 'yellow';
    default:
      return 'grey';
  }
}
