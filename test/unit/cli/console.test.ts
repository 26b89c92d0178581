import { describe, expect, it } from 'vitest';
import { LOG_LEVELS, type LogLevel } from '../../../src/base/logger.js';
import { createConsole } from '../../../src/cli/console.js';
import { describeEvent } from '../../../src/cli/show/describe-event.js';
import { createPaint, stateColour } from '../../../src/cli/terminal/paint.js';
import type { EventAction, EventStatus } from '../../../src/messages/service-event.js';
import type { ReplyStatus } from '../../../src/messages/state.js';
import type { Notice } from '../../../src/messages/notice.js';
import { createTerminal } from '../../helpers/terminal.js';

function event(action: EventAction, status: Partial<EventStatus> = {}): Notice & { kind: 'event' } {
  return {
    kind: 'event',
    event: {
      header: { action, service_id: 'ts_1', service_name: 'n', service_transaction: 'T' },
      content: { status: { result: 'success', device_action: 'shout', pid: 7, ...status } },
    },
  };
}

const error = { code: 'SVC_EXITED', message: 'ts_1 ended with exit code 3' };
const status: ReplyStatus = { result: 'success', services: [] };
const transition = {
  ...({ kind: 'transition', transaction: 'T', service: 'ts_1' } as const),
  ...({ trigger: 'on_exit', action: 'start', target: 'ts_2', outcome: 'done' } as const),
};

const ROWS: readonly (readonly [LogLevel, string, string, Notice])[] = [
  [
    'info',
    'provider',
    'c1 is ready: publishers tcp://a:1, subscribers tcp://a:2',
    { kind: 'ready', contextId: 'c1', frontend: 'tcp://a:1', backend: 'tcp://a:2' },
  ],
  ['info', 'command', 'start c1 in T', { kind: 'command', action: 'start', target: 'c1', transaction: 'T' }],
  ['info', 'command', 'start T', { kind: 'command', action: 'start', target: '', transaction: 'T' }],
  ['info', 'command', 'exit', { kind: 'command', action: 'exit', target: '', transaction: '' }],
  ['debug', 'command', 'list', { kind: 'command', action: 'list', target: '', transaction: '' }],
  ['info', 'answer', 'start T: success', { kind: 'answer', action: 'start', transaction: 'T', status }],
  ['debug', 'answer', 'list: success', { kind: 'answer', action: 'list', transaction: '', status }],
  [
    'warn',
    'answer',
    'list: failure, ts_1 ended with exit code 3',
    { kind: 'answer', action: 'list', transaction: '', status: { result: 'failure', error, services: [] } },
  ],
  ['debug', 'ts_1', 'created', event('created')],
  ['info', 'ts_1', 'started pid 7', event('started')],
  ['info', 'ts_1', 'updated {"shout":"hello"}', event('updated', { shout: 'hello' })],
  [
    'error',
    'ts_1',
    'failed (exit_code): ts_1 ended with exit code 3',
    event('failed', { reason: 'exit_code', error }),
  ],
  ['info', 'ts_1', 'on_exit: start ts_2', transition],
  ['warn', 'provider', 'odd', { kind: 'warning', text: 'odd' }],
  ['info', 'provider', 'all services have ended', { kind: 'closed', isDetached: false }],
  ['info', 'provider', 'ended; its services keep running', { kind: 'closed', isDetached: true }],
];

function show(notice: Notice, options: { json?: boolean; level?: LogLevel; colour?: boolean } = {}): string {
  const { json = false, level = 'debug', colour = false } = options;
  const terminal = createTerminal(colour);
  createConsole(terminal, { json, level })(notice);
  return terminal.written.out;
}

describe('the console of service_context', () => {
  it.each(ROWS)('(%s) %s: %s', (level, who, text, notice) => {
    expect(show(notice).replace(/^\d\d:\d\d:\d\d {2}/, '')).toBe(`${who.padEnd(12)}  ${text}\n`);
    const line = JSON.parse(show(notice, { json: true })) as Record<string, unknown>;
    const own = notice.kind === 'transition' ? { text } : {};
    expect(line).toEqual({ ...notice, ...own, at: expect.stringMatching(/^\d{4}-.*Z$/) as string, level });
  });

  it.each(LOG_LEVELS)('shows at level %s what is at least that', (level) => {
    const expected = ROWS.filter(([own]) => LOG_LEVELS.indexOf(own) >= LOG_LEVELS.indexOf(level));
    const shown = ROWS.filter(([, , , notice]) => show(notice, { level }) !== '');
    expect(shown).toEqual(expected);
  });

  it('adds the transaction to events once there is more than one', () => {
    const terminal = createTerminal();
    const print = createConsole(terminal, { json: false, level: 'info' });
    print(event('started'));
    print(transition);
    print({ kind: 'command', action: 'start', target: '', transaction: 'T2' });
    print(event('stopped'));
    print(transition);
    const lines = terminal.written.out.split('\n').map((line) => line.slice('00:00:00  '.length));
    expect(lines).toEqual([
      'ts_1          started pid 7',
      'ts_1          on_exit: start ts_2',
      'command       start T2',
      'ts_1          stopped (T)',
      'ts_1          on_exit: start ts_2 (T)',
      '',
    ]);
  });

  it('prints each JSON object on one line', () => {
    expect(show({ kind: 'warning', text: 'two\nlines' }, { json: true }).split('\n')).toHaveLength(2);
  });

  it('uses colours on a terminal only', () => {
    const [, , , failed] = ROWS.find(([, , text]) => text.startsWith('failed'))!;
    expect(show(failed, { colour: true })).toContain('\u001b[31mfailed (exit_code)');
    for (const [, , , notice] of ROWS) expect(show(notice)).not.toContain('\u001b');
  });
});

describe('describeEvent', () => {
  it.each<[string, EventAction, Partial<EventStatus>]>([
    ['stopped', 'stopped', {}],
    ['stopped, had to kill 8 (sleep), 9 (sh)', 'stopped', { killed: ['8 (sleep)', '9 (sh)'] }],
    ['exited', 'exited', { exit_code: 0 }],
    ['failed: no sensor', 'failed', { reason: 'error', error: { code: 'X', message: 'no sensor' } }],
    [
      'failed: no sensor (/a/b.ts:3)',
      'failed',
      { error: { code: 'X', message: 'no sensor', file: '/a/b.ts', line: 3 } },
    ],
    [
      'failed: /a/b.ts:3:1: no',
      'failed',
      { error: { code: 'X', message: '/a/b.ts:3:1: no', file: '/a/b.ts', line: 3 } },
    ],
    ['failed (gave_up): gave up', 'failed', { reason: 'gave_up', error: { code: 'X', message: 'gave up' } }],
    ['failed {"sensor":3}', 'failed', { sensor: 3 }],
    ['updated', 'updated', {}],
  ])('%s', (text, action, more) => {
    expect(describeEvent(event(action, more).event)).toBe(text);
  });
});

describe('colours', () => {
  it('differ between states', () => {
    expect(['started', 'exited', 'failed', 'backoff', 'defined'].map(stateColour)).toEqual([
      'green',
      'green',
      'red',
      'yellow',
      'grey',
    ]);
  });

  it('are not used without a terminal', () => {
    expect([createPaint(true)('a', 'red'), createPaint(false)('a', 'red')]).toEqual([
      '\u001b[31ma\u001b[0m',
      'a',
    ]);
  });
});
