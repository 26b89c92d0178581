import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContextdError } from '../../src/base/errors.js';
import { createConsole } from '../../src/cli/console.js';
import { encodeLine } from '../../src/cli/live/line.js';
import { render } from '../../src/cli/live/render.js';
import { update } from '../../src/cli/live/update.js';
import { createPaint } from '../../src/cli/terminal/paint.js';
import { printError } from '../../src/cli/run.js';
import { showAnswer, showInfo } from '../../src/cli/show/answer.js';
import { formatChart } from '../../src/cli/show/metric-chart.js';
import { formatLogLine } from '../../src/cli/show/logs.js';
import { showHistory } from '../../src/cli/show/history.js';
import { describeBusEvent } from '../../src/cli/show/message.js';
import { formatTop } from '../../src/cli/show/top.js';
import type { Terminal } from '../../src/cli/terminal/terminal.js';
import { parseBody, type Message } from '../../src/messages/message.js';
import type { ReplyStatus } from '../../src/messages/state.js';
import { topEntry, topMemory, topSample, topView } from '../helpers/top.js';
import { createTerminal } from '../helpers/terminal.js';
import { ORIGINALS } from '../unit/messages/originals.js';

const NUM_RUNS = 200;
/** Control characters except line end and tab, direction controls, line separators. */
const ACTED_UPON = new RegExp(
  String.raw`[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]`,
);
const LOOKS = new RegExp(String.raw`\u001b\[\d+m`, 'g');
const hostile = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0x9f }).map((code) => String.fromCharCode(code)),
      fc.constantFrom('\u202e', '\u2066', '\u200f', '\u2028', '\ud800', '\u001b]0;t\u0007', '\u001b[2J'),
      // The same sequences as our own colours.
      fc.constantFrom('\u001b[31m', '\u001b[0m', '\u001b[1m', '\u009b31m'),
      fc.constantFrom('a', 'ü', '漢', '🚀'),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.join(''));

/** Replaces every text within it; keys are preserved. */
function withText<T>(value: T, text: string): T {
  if (typeof value === 'string') return text as T;
  if (Array.isArray(value)) return value.map((each: unknown) => withText(each, text)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, withText(each, text)] as const);
  return Object.fromEntries(entries) as T;
}

const error = { code: 'SVC_EXITED', message: 'm', hint: 'h', file: 'f', line: 1 };
const service = { service_id: 's', state: 'started', pid: 1, elapsed_ms: 1, error };
const status: ReplyStatus = {
  result: 'failure',
  error,
  services: [service],
  warnings: ['w'],
  clients: { added: ['a'], removed: [], changed: [] },
  plan: { added: ['a'], removed: ['b'], changed: [], updated: [], unchanged: [] },
  transactions: [{ transaction: 'T', context_id: 'c', services: [service] }],
};
const memory = {
  ...topMemory(1, 1),
  connections: [{ fd: 1, family: 'ipv4', type: 'stream', laddr: 'l', raddr: 'r', status: 's' }],
  opened_files: [{ fd: 1, mode: 'w', path: 'p' }],
  memory_map: [{ path: 'p', rss: 1, size: 2, pss: 1 }],
};

type Screen = (terminal: Terminal, text: string) => void;

const SCREENS: Readonly<Record<string, Screen>> = {
  ...Object.fromEntries(
    ['list', 'start', 'reload', 'exit'].map((action): [string, Screen] => [
      `the answer to ${action}`,
      (terminal, text) => {
        const answer = {
          status: { ...withText(status, text), result: 'failure' as const },
          transaction: text,
        };
        showAnswer(terminal, { action, json: false, answer });
        showAnswer(terminal, { action, json: true, answer });
      },
    ]),
  ),
  'the answer to request': (terminal, text) => {
    const task = { service_id: 's', pid: 1, action: 'a', state: 's', status: 's', instance: 'i' };
    showInfo(terminal, { [text]: withText({ contextId: 'c', tasks: [task] }, text) }, false);
    showInfo(terminal, withText({ contextId: 'c', tasks: [task] }, text), false);
  },
  'why and history': (terminal, text) => {
    const at = new Date(0).toISOString();
    const record = { id: 1, at, kind: 'event', service_id: text, text, cause: 0 };
    const facts = { action: text, target: text, outcome: text, message: text, message_id: text };
    const records = ['command', 'event', 'transition', 'effect'].map((kind) => ({
      ...record,
      ...facts,
      kind,
    }));
    const reply = { service_id: text, state: text, since: at, records: [record, ...records] };
    showHistory(terminal, reply, false);
  },
  top: (terminal, text) => {
    const entry = { ...withText(topEntry(1), text), memory: withText(memory, text) };
    for (const line of formatTop([entry], createPaint(terminal.colour))) terminal.out(`${line}\n`);
  },
  'the live view': (terminal, text) => {
    const entry = { ...withText(topEntry(1), text), memory: withText(memory, text) };
    const table = { ...topView([entry], { columns: 60, rows: 30 }), trouble: text, filter: '' };
    const about = withText(topSample([]).about, text);
    const detail = update(
      { ...table, sample: { ...topSample([entry], 0, entry), about } },
      { kind: 'key', key: '<enter>' },
    );
    for (const view of [table, detail])
      for (const line of render(view)) terminal.out(`${encodeLine(line, 60, terminal.colour).text}\n`);
  },
  'a chart': (terminal, text) => {
    const reply = { service_id: text, metric: 'rss', unit: text, period_s: 1 } as const;
    for (const points of [[], [[1, 2] as [number, number], [2, 3] as [number, number]]])
      for (const line of formatChart({ ...reply, points }, terminal)) terminal.out(`${line}\n`);
  },
  'the display': (terminal, text) => {
    const paint = createPaint(terminal.colour);
    const bodies = ORIGINALS.map(({ topic, body }) => ({ topic, message: parseBody(topic, body) }));
    for (const { topic, message } of bodies) {
      const odd = { ...withText(message, text), kind: message.kind } as Message;
      terminal.out(`${describeBusEvent({ kind: 'message', topic, body: {}, message: odd }, paint)}\n`);
    }
    terminal.out(describeBusEvent({ kind: 'other', topic: text, body: text, reason: text }, paint));
    terminal.out(describeBusEvent({ kind: 'gap', topic: text, service: text, missed: 1, body: {} }, paint));
  },
  "the provider's console": (terminal, text) => {
    const show = createConsole(terminal, { json: false, level: 'debug' });
    const json = createConsole(terminal, { json: true, level: 'debug' });
    for (const notice of [
      { kind: 'warning', text },
      { kind: 'transition', transaction: text, service: text, action: text, target: text, outcome: text },
      { kind: 'command', action: text, target: text, transaction: text },
      { kind: 'ready', contextId: text, frontend: text, backend: text },
    ] as const) {
      show(notice);
      json(notice);
    }
  },
  'an error': (terminal, text) => {
    const fault = new ContextdError('CLI_USAGE', text, { hint: text, cause: new Error(text) });
    printError(fault, true, terminal);
  },
  'a log': (terminal, text) => terminal.out(`${formatLogLine(text)}\n`),
};

function shownOn(screen: Screen, text: string, hasColour: boolean): string {
  const terminal = createTerminal(hasColour);
  screen(terminal, text);
  return terminal.written.out + terminal.written.err;
}

/** The number of changes of style. */
function looksIn(text: string): number {
  return (text.match(LOOKS) ?? []).length;
}

describe.each(Object.entries(SCREENS))('untrusted text, shown by %s', (_name, screen) => {
  it('contains no control sequences for the terminal', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(shownOn(screen, text, false)).not.toMatch(ACTED_UPON);
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it('does not set colours itself', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = shownOn(screen, text, true);
        expect(shown.replace(LOOKS, '')).not.toMatch(ACTED_UPON);
        // Fewer if a long text leaves no room for the text after it.
        expect(looksIn(shown)).toBeLessThanOrEqual(looksIn(shownOn(screen, 'x', true)));
      }),
      { numRuns: NUM_RUNS },
    );
  });
});
