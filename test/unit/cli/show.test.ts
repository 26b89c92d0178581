import { describe, expect, it } from 'vitest';
import { createPaint } from '../../../src/cli/terminal/paint.js';
import { showAnswer, showInfo } from '../../../src/cli/show/answer.js';
import { describeBusEvent, matchesFilter } from '../../../src/cli/show/message.js';
import type { BusEvent } from '../../../src/client/follow.js';
import { parseBody } from '../../../src/messages/message.js';
import type { ReplyStatus } from '../../../src/messages/state.js';
import { createTerminal } from '../../helpers/terminal.js';
import { ORIGINALS } from '../messages/originals.js';

const running = { service_id: 'ts_1', state: 'started', pid: 4711, elapsed_ms: 41.6 };
const error = { code: 'SVC_EXITED', message: 'it ended', hint: 'see its log' };
const failed = { service_id: 'a_long_service_id', state: 'failed', pid: null, elapsed_ms: 7, error };

function answer(action: string, status: ReplyStatus, json = false) {
  const terminal = createTerminal();
  const exitCode = showAnswer(terminal, { action, json, answer: { status, transaction: 'T1' } });
  return { exitCode, ...terminal.written };
}

describe('the answer to a command', () => {
  it('is a line for each service, with state, process and time', () => {
    expect(
      answer('start', { result: 'success', services: [running, { ...running, service_id: 'ts_20' }] }),
    ).toEqual({
      exitCode: 0,
      out: [
        'transaction T1',
        '  ts_1          started   pid 4711     42 ms',
        '  ts_20         started   pid 4711     42 ms',
        '',
      ].join('\n'),
      err: '',
    });
  });

  it('that is a failure contains reason, place and hint', () => {
    const placed = { ...failed, error: { ...error, file: '/a/b.ts', line: 3 } };
    const shown = answer('start', { result: 'failure', error, services: [running, placed] });
    expect(shown.exitCode).toBe(1);
    expect(shown.err).toBe('error SVC_EXITED: it ended\n  hint: see its log\n');
    expect(shown.out.split('\n')).toEqual([
      'transaction T1',
      '  ts_1               started   pid 4711     42 ms',
      '  a_long_service_id  failed                 7 ms  it ended (/a/b.ts:3)',
      '',
    ]);
  });

  it('escapes control characters in text from services', () => {
    const odd = { ...error, message: 'gone\n\u001b[2J' };
    const shown = answer('start', { result: 'failure', error: odd, services: [{ ...failed, error: odd }] });
    expect(shown.err).toBe('error SVC_EXITED: gone\n\\u001b[2J\n  hint: see its log\n');
    expect(shown.out).toContain('  7 ms  gone\\u000a\\u001b[2J\n');
  });

  it.each([
    ['BUS_DEADLINE', 4],
    ['CLI_USAGE', 2],
    ['CODE_OF_A_LATER_VERSION', 1],
    ['constructor', 1],
  ])('that fails with %s ends with %i', (code, exitCode) => {
    const status = { result: 'failure', error: { code, message: 'm' }, services: [] } as const;
    expect(answer('stop', { ...status, services: [] }).exitCode).toBe(exitCode);
  });

  it('reports when there was nothing to do', () => {
    expect(answer('stop', { result: 'success', services: [] }).out).toBe(
      'transaction T1\nstop: nothing to do\n',
    );
    expect(answer('exit', { result: 'success', services: [] }).out).toContain('the provider exits\n');
    expect(answer('forget', { result: 'success', services: [] }).out).toContain(
      'the transaction is forgotten\n',
    );
  });

  it('to exit lists the stopped services, and that the provider exits', () => {
    const stopped = { service_id: 'ts_1', state: 'stopped', pid: null, elapsed_ms: 7 };
    expect(answer('exit', { result: 'success', services: [] }).out).toBe(
      'transaction T1\nthe provider exits\n',
    );
    expect(answer('exit', { result: 'success', services: [stopped] }).out).toBe(
      'transaction T1\n  ts_1          stopped                7 ms\nthe provider exits\n',
    );
  });

  it('to reload lists the changes, and only the number of many unchanged services', () => {
    const plan = (unchanged: number) => ({
      ...{ added: ['new'], removed: [], changed: ['a', 'b'], updated: [] },
      unchanged: Array.from({ length: unchanged }, (_, index) => `s${index}`),
    });
    const shown = (count: number) =>
      answer('reload', { result: 'success', services: [], plan: plan(count) }).out;
    const head = 'transaction T1\n  added         new\n  changed       a b\n  unchanged     ';
    expect(shown(2)).toBe(`${head}s0 s1\n`);
    expect(shown(199)).toBe(`${head}199 services\n`);
  });

  it('to list contains every transaction with its services', () => {
    const transactions = [{ transaction: 'T1', context_id: 'c1', services: [running] }];
    expect(answer('list', { result: 'success', services: [], transactions }).out).toBe(
      'T1 c1\n  ts_1          started   pid 4711     42 ms\n',
    );
    expect(answer('list', { result: 'success', services: [], transactions: [] }).out).toBe(
      'no transactions\n',
    );
  });

  it('is one JSON object with --json, with the same exit code', () => {
    const shown = answer('start', { result: 'failure', error, services: [failed] }, true);
    expect(JSON.parse(shown.out)).toEqual({
      transaction: 'T1',
      result: 'failure',
      error,
      services: [failed],
    });
    expect({ exitCode: shown.exitCode, err: shown.err }).toEqual({ exitCode: 1, err: '' });
  });
});

describe('context information', () => {
  const task = {
    service_id: 'ts_1',
    pid: 7,
    action: 'updated',
    state: 'success',
    status: 'started',
    instance: 'Echo',
  };
  const info = { contextId: 'c1', tasks: [task, { ...task, pid: null, status: 'defined' }] };

  it.each([
    ['of one transaction', info, 'c1\n'],
    ['of all', { T1: info }, 'c1 T1\n'],
  ])('%s is a line for each service', (_what, value, head) => {
    const terminal = createTerminal();
    showInfo(terminal, value, false);
    expect(terminal.written.out).toBe(
      `${head}  ts_1          started   pid 7        Echo, last updated\n` +
        '  ts_1          defined                Echo, last updated\n',
    );
  });

  it('is JSON with --json, and reports when there are no transactions', () => {
    const json = createTerminal();
    showInfo(json, info, true);
    expect(JSON.parse(json.written.out)).toEqual(info);
    const none = createTerminal();
    showInfo(none, {}, false);
    expect(none.written.out).toBe('no transactions\n');
  });
});

describe('a message on the bus', () => {
  const plain = createPaint(false);
  const sight = (topic: string, body: unknown): BusEvent => ({
    kind: 'message',
    topic,
    body,
    message: parseBody(topic, JSON.parse(JSON.stringify(body))),
  });
  const sights = ORIGINALS.map(({ topic, body }) => sight(topic, body));
  const find = (text: string) => sights.find((each) => describeBusEvent(each, plain).includes(text))!;

  it('is one line: topic, service, what happened, transaction', () => {
    expect([...new Set(sights.map((each) => describeBusEvent(each, plain)))]).toEqual([
      'context   context001    start (TX01)',
      'context   context001    stop (TX01)',
      'context   context001    restart (TX01)',
      'context   context001    exit (TX01)',
      'process   ts_100        start (TX01)',
      'process.TX01.ts_100  ts_100        start (TX01)',
      'control   ts_100        created {"shout":"hello"} (TX01)',
      'control   ts_100        started pid 4711 {"shout":"hello"} (TX01)',
      'control   ts_100        updated {"shout":"hello"} (TX01)',
      'control   ts_100        failed {"shout":"hello"} (TX01)',
      'control   ts_100        stopped {"shout":"hello"} (TX01)',
      'control   ts_100        exited {"shout":"hello"} (TX01)',
      'control   context001    context_info (TX01)',
      'state                   request (TX01)',
      'state                   reply_context (TX01)',
      'state                   reply_top (TX01)',
    ]);
  });

  it('that answers a command contains its result', () => {
    const header = { action: 'reply_start', service_id: 'c1', service_transaction: 'T' };
    const line = (status: unknown) =>
      describeBusEvent(sight('state', { header, content: { status } }), plain);
    expect(line({ result: 'success' })).toBe('state     c1            reply_start: success (T)');
    expect(line({ result: 'failure', error })).toBe(
      'state     c1            reply_start: failure, it ended (T)',
    );
  });

  it('that is invalid is shown with the reason', () => {
    const other: BusEvent = { kind: 'other', topic: '?', body: 'x', reason: 'it is not UTF-8' };
    expect(describeBusEvent(other, plain)).toBe('?         it is not UTF-8');
  });

  const all = { transaction: undefined, service_id: undefined, action: [] };
  it.each([
    ['without a filter', all, true],
    ['by its transaction', { ...all, transaction: 'TX01' }, true],
    ['by another transaction', { ...all, transaction: 'TX02' }, false],
    ['by its service', { ...all, service_id: 'ts_100' }, true],
    ['by another service', { ...all, service_id: 'ts_1' }, false],
    ['by one of several actions', { ...all, action: ['stopped', 'started'] }, true],
    ['by other actions', { ...all, action: ['stopped'] }, false],
    ['by all that fits but one', { transaction: 'TX01', service_id: 'ts_1', action: ['started'] }, false],
  ])('is looked at %s: %o, %s', (_how, filter, isShown) => {
    expect(matchesFilter(find('started pid'), filter)).toBe(isShown);
    const other: BusEvent = { kind: 'other', topic: '?', body: 'x', reason: 'no' };
    expect(matchesFilter(other, filter)).toBe(filter === all);
  });
});
