// Colours for terminals. All text passes `toTerminal` before it is written to one.

import { escapeLine, escapeText } from './escape.js';

const CODES = { red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36, grey: 90, bold: 1 } as const;
export type Colour = keyof typeof CODES;
export type Paint = (text: string, colour: Colour) => string;

/** The escape sequences that a paint adds. */
const COLOUR_CODES = new RegExp(String.raw`(\u001b\[(?:0|${Object.values(CODES).join('|')})m)`);

/** Returns a paint that escapes its text, which may come from any process, and colours it if `isOn`. */
export function createPaint(isOn: boolean): Paint {
  return (text, colour) => {
    const shown = escapeLine(text);
    return isOn ? `\u001b[${CODES[colour]}m${shown}\u001b[0m` : shown;
  };
}

/** Escapes everything except the colours that a paint has added. */
export function toTerminal(text: string, hasColour: boolean): string {
  if (!hasColour) return escapeText(text);
  return text
    .split(COLOUR_CODES)
    .map((part, index) => (index % 2 === 1 ? part : escapeText(part)))
    .join('');
}

/** The colour of a service state, in all commands. */
export function stateColour(state: string): 'green' | 'red' | 'yellow' | 'grey' {
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
