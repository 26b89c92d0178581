// Broken variants of a file with one tag or one complete element per line, each with the line that must be reported.

export interface Mutant {
  readonly what: string;
  readonly text: string;
  /** The line of a fault, or a line in its message ("<b> of line 2 is open here"). */
  readonly line: number;
}

interface Line {
  readonly number: number;
  readonly text: string;
  readonly kind: 'leaf' | 'open' | 'close';
  readonly name: string;
  readonly isInConfiguration: boolean;
}

interface Kind {
  readonly what: string;
  /** The new lines and the line to be reported; undefined if this change breaks nothing. */
  readonly change: (lines: readonly Line[], at: number) => Change | undefined;
}
interface Change {
  readonly lines: readonly string[];
  readonly line: number;
}

export function mutantsOf(text: string, mayBeMissing: ReadonlySet<string>): readonly Mutant[] {
  const lines = readLines(text);
  return [...KINDS, dropElement(mayBeMissing)].flatMap(({ what, change }) =>
    lines.flatMap((line, at): readonly Mutant[] => {
      const changed = change(lines, at);
      if (changed === undefined) return [];
      const title = `${what} in line ${line.number}: ${line.text}`;
      return [{ what: title, text: changed.lines.join('\n'), line: changed.line }];
    }),
  );
}

/** Leaf elements that may be repeated. */
const REPEATED: ReadonlySet<string> = new Set(['limit']);

const KINDS: readonly Kind[] = [
  {
    what: 'misspelt element',
    change: (lines, at) => {
      const { text, name, kind, isInConfiguration, number } = lineAt(lines, at);
      if (kind !== 'leaf' || isInConfiguration) return undefined;
      return replace(lines, at, [text.replaceAll(name, `${name}e`)], number);
    },
  },
  {
    what: 'misspelt opening tag',
    change: (lines, at) => {
      const { text, name, kind, number } = lineAt(lines, at);
      return kind === 'close'
        ? undefined
        : replace(lines, at, [text.replace(`<${name}`, `<${name}e`)], number);
    },
  },
  {
    what: 'misspelt closing tag',
    change: (lines, at) => {
      const { text, name, kind, number } = lineAt(lines, at);
      return kind === 'open'
        ? undefined
        : replace(lines, at, [text.replace(`</${name}`, `</${name}e`)], number);
    },
  },
  {
    what: 'dropped opening tag',
    change: (lines, at) => {
      const { text, name, kind, number } = lineAt(lines, at);
      if (kind === 'leaf')
        return replace(lines, at, [text.replace(new RegExp(`^<${name}[^>]*>`), '')], number);
      if (kind === 'close' || number === 1) return undefined;
      return replace(lines, at, [], closingLine(lines, at) - 1);
    },
  },
  {
    what: 'dropped closing tag',
    change: (lines, at) => {
      const { text, name, kind, number } = lineAt(lines, at);
      if (kind === 'leaf') return replace(lines, at, [text.replace(`</${name}>`, '')], number);
      return kind === 'close' ? replace(lines, at, [], openingLine(lines, at)) : undefined;
    },
  },
  {
    what: 'duplicated element',
    change: (lines, at) => {
      const { text, name, kind, isInConfiguration, number } = lineAt(lines, at);
      if (kind !== 'leaf' || isInConfiguration || REPEATED.has(name)) return undefined;
      return replace(lines, at, [text, text], number + 1);
    },
  },
  {
    what: 'doubled closing tag',
    change: (lines, at) => {
      const { text, kind, number } = lineAt(lines, at);
      return kind === 'close' ? replace(lines, at, [text, text], number + 1) : undefined;
    },
  },
  {
    what: 'swapped closing tags',
    change: (lines, at) => {
      const next = lines[at + 1];
      const { kind, number } = lineAt(lines, at);
      if (kind !== 'close' || next?.kind !== 'close') return undefined;
      return swap(lines, at, number);
    },
  },
  {
    what: 'element moved out of its parent',
    change: (lines, at) => {
      const next = lines[at + 1];
      const { kind, number, isInConfiguration } = lineAt(lines, at);
      if (kind !== 'leaf' || isInConfiguration || next?.kind !== 'close') return undefined;
      return swap(lines, at, number + 1);
    },
  },
  {
    what: 'unknown element',
    change: (lines, at) => {
      const { text, kind, number, name } = lineAt(lines, at);
      if (kind !== 'open' || name === 'configuration') return undefined;
      return replace(lines, at, [text, '<wonder>1</wonder>'], number + 1);
    },
  },
  {
    what: 'text among elements',
    change: (lines, at) => {
      const { text, kind, number } = lineAt(lines, at);
      return kind === 'open' ? replace(lines, at, [text, 'stray text'], number + 1) : undefined;
    },
  },
  {
    what: 'stray closing tag',
    change: (lines, at) => {
      const { text, number } = lineAt(lines, at);
      return replace(lines, at, [text, '</Stray>'], number + 1);
    },
  },
  {
    what: 'file cut off',
    change: (lines, at) => {
      const { number, kind } = lineAt(lines, at);
      if (number === lines.length) return undefined;
      const line = kind === 'open' ? number : openLineAfter(lines, at);
      return { lines: lines.slice(0, at + 1).map(({ text }) => text), line };
    },
  },
  ...[0, 1, 2, 3].flatMap((index) =>
    ['misspelt', 'doubled', 'unquoted', 'half quoted'].map((how) => breakAttribute(index, how)),
  ),
];

function breakAttribute(index: number, how: string): Kind {
  return {
    what: `${how} attribute ${index + 1}`,
    change: (lines, at) => {
      const { text, number } = lineAt(lines, at);
      const found = [...text.matchAll(/ (\w+)="(\w+)"/g)][index];
      if (found === undefined) return undefined;
      const [whole, name = '', value = ''] = found;
      const broken = breakPair(how, whole, name, value);
      return replace(lines, at, [text.replace(whole, broken)], number);
    },
  };
}

function breakPair(how: string, whole: string, name: string, value: string): string {
  if (how === 'misspelt') return ` ${name}s="${value}"`;
  if (how === 'doubled') return `${whole}${whole}`;
  return how === 'unquoted' ? ` ${name}=${value}` : ` ${name}="${value}`;
}

/** Dropping an element breaks a file only if it is required; the fault is reported at the start of its parent. */
function dropElement(mayBeMissing: ReadonlySet<string>): Kind {
  return {
    what: 'dropped element',
    change: (lines, at) => {
      const { kind, name, number } = lineAt(lines, at);
      if (kind === 'close' || mayBeMissing.has(name) || number === 1) return undefined;
      const count = kind === 'leaf' ? 1 : closingLine(lines, at) - number + 1;
      return remove(lines, at, count, parentLine(lines, at));
    },
  };
}

function readLines(text: string): readonly Line[] {
  let isInConfiguration = false;
  return text
    .trim()
    .split('\n')
    .map((line, index) => {
      const name = /^<\/?(\w+)/.exec(line)?.[1] ?? '';
      const kind = line.startsWith('</')
        ? 'close'
        : line.includes('</') || line.endsWith('/>')
          ? 'leaf'
          : 'open';
      if (name === 'configuration') isInConfiguration = kind === 'open';
      return { number: index + 1, text: line, kind, name, isInConfiguration };
    });
}

function lineAt(lines: readonly Line[], at: number): Line {
  return lines[at]!;
}

function replace(lines: readonly Line[], at: number, texts: readonly string[], line: number): Change {
  const all = lines.map(({ text }) => text);
  return { lines: [...all.slice(0, at), ...texts, ...all.slice(at + 1)], line };
}

/** Removes `count` lines. */
function remove(lines: readonly Line[], at: number, count: number, line: number): Change {
  const all = lines.map(({ text }) => text);
  return { lines: [...all.slice(0, at), ...all.slice(at + count)], line };
}

/** Swaps a line with the next one. */
function swap(lines: readonly Line[], at: number, line: number): Change {
  const all = lines.map(({ text }) => text);
  return { lines: [...all.slice(0, at), all[at + 1]!, all[at]!, ...all.slice(at + 2)], line };
}

function closingLine(lines: readonly Line[], at: number): number {
  const { name } = lineAt(lines, at);
  return lines.find((line, index) => index > at && line.kind === 'close' && line.name === name)!.number;
}

function openingLine(lines: readonly Line[], at: number): number {
  const { name } = lineAt(lines, at);
  return lines.findLast((line, index) => index < at && line.kind === 'open' && line.name === name)!.number;
}

function parentLine(lines: readonly Line[], at: number): number {
  return openLineAfter(lines, at - 1);
}

/** The line of the innermost element that is open after line `at`. */
function openLineAfter(lines: readonly Line[], at: number): number {
  const open: number[] = [];
  for (const line of lines.slice(0, at + 1)) {
    if (line.kind === 'open') open.push(line.number);
    if (line.kind === 'close') open.pop();
  }
  return open.at(-1)!;
}
