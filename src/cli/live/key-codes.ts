// Decodes terminal input into keys; an escape sequence may arrive in several chunks.

/** One printable character, or a name such as `<up>`, `<enter>`, `<c-c>`. */
export type Key = string;

export interface DecodedKeys {
  readonly keys: readonly Key[];
  /** The beginning of an incomplete sequence. */
  readonly rest: string;
}

const ESCAPE = '\u001b';

const SINGLE: Readonly<Record<string, Key>> = {
  '\r': '<enter>',
  '\n': '<enter>',
  '\u007f': '<backspace>',
  '\b': '<backspace>',
  '\u0003': '<c-c>',
  '\u000c': '<c-l>',
  '\u0015': '<c-u>',
};

const FINAL: Readonly<Record<string, Key>> = {
  A: '<up>',
  B: '<down>',
  C: '<right>',
  D: '<left>',
  H: '<home>',
  F: '<end>',
};

const NUMBERED: Readonly<Record<string, Key>> = {
  '1': '<home>',
  '7': '<home>',
  '4': '<end>',
  '8': '<end>',
  '5': '<pageup>',
  '6': '<pagedown>',
};

/** A control sequence: parameters, intermediate characters, final character. */
const SEQUENCE = /^\[([0-?]*)[ -/]*([@-~])/;
/** Function keys of the Linux console. */
const CONSOLE_FUNCTION = /^\[\[[A-E]/;

export function decodeKeys(text: string): DecodedKeys {
  const keys: Key[] = [];
  let at = 0;
  while (at < text.length) {
    const next = text.startsWith(ESCAPE, at) ? readSequence(text.slice(at)) : readCharacter(text, at);
    if (next === undefined) return { keys, rest: text.slice(at) };
    if (next.key !== undefined) keys.push(next.key);
    at += next.length;
  }
  return { keys, rest: '' };
}

/** Decodes an incomplete sequence after the timeout: the key Escape, else no key. */
export function decodeRest(rest: string): readonly Key[] {
  return rest === ESCAPE ? ['<esc>'] : [];
}

interface Found {
  /** Undefined for a key that the view does not use. */
  readonly key: Key | undefined;
  readonly length: number;
}

function readCharacter(text: string, at: number): Found {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  const isPrintable = character >= ' ' && !(character >= '\u007f' && character < '\u00a0');
  return { key: SINGLE[character] ?? (isPrintable ? character : undefined), length: character.length };
}

/** Undefined while the sequence is incomplete. */
function readSequence(text: string): Found | undefined {
  const body = text.slice(1);
  if (body === '' || body === 'O') return undefined;
  if (body.startsWith('O')) return { key: FINAL[body.charAt(1)], length: 3 };
  // The key Escape, followed closely by another key.
  if (!body.startsWith('[')) return { key: '<esc>', length: 1 };
  if (body === '[[') return undefined;
  if (CONSOLE_FUNCTION.test(body)) return { key: undefined, length: 4 };
  const found = SEQUENCE.exec(body);
  if (found !== null) return { key: keyOf(found[1] ?? '', found[2] ?? ''), length: found[0].length + 1 };
  // An invalid character ends the sequence.
  const isOpen = /^\[[0-?]*[ -/]*$/.test(body);
  return isOpen ? undefined : { key: undefined, length: 2 };
}

/** Ignores modifiers such as in `1;5A`. */
function keyOf(parameters: string, final: string): Key | undefined {
  return final === '~' ? NUMBERED[parameters.split(';')[0] ?? ''] : FINAL[final];
}
