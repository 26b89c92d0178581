// Colour for terminals, and nothing for everything else.

const CODES = { red: 31, green: 32, yellow: 33, blue: 34, cyan: 36, grey: 90, bold: 1 } as const;
export type Colour = keyof typeof CODES;
export type Paint = (text: string, colour: Colour) => string;

export function createPaint(isOn: boolean): Paint {
  return (text, colour) => (isOn ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text);
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
