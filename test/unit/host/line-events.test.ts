import { expect, test } from 'vitest';
import { LineEvents } from '../../../src/host/program/line-events.js';

function listen(kind: 'none' | 'lines' | 'json') {
  let nowMs = 1000;
  const told: Readonly<Record<string, unknown>>[] = [];
  const warned: string[] = [];
  const events = new LineEvents({
    kind,
    now: () => nowMs,
    log: { warn: (message) => void warned.push(message) },
    notify: (items) => void told.push(items),
  });
  return { events, told, warned, pass: (ms: number) => void (nowMs += ms) };
}

function take(events: LineEvents, count: number): void {
  for (let line = 0; line < count; line += 1) events.push(`line ${line}`);
}

test.each([
  ['none', '{"a": 1}', [], []],
  ['lines', '{"a": 1}', [{ line: '{"a": 1}' }], []],
  ['lines', '', [{ line: '' }], []],
  ['json', ' {"a": 1, "b": {"pid": 2}} ', [{ a: 1, b: { pid: 2 } }], []],
  ['json', '{}', [{}], []],
  ['json', '', [], []],
  ['json', '{"a": 1', [], ['lines ignored, not a JSON object: 1']],
  ['json', 'null', [], ['lines ignored, not a JSON object: 1']],
  ['json', '[{"a": 1}]', [], ['lines ignored, not a JSON object: 1']],
  ['json', '"text"', [], ['lines ignored, not a JSON object: 1']],
  ['json', '{"a": 1, "signal": 9}', [{ a: 1 }], ['items ignored, their names are reserved: 1']],
] as const)('With events "%s" the line %j becomes %j.', (kind, line, items, warnings) => {
  const { events, told, warned } = listen(kind);
  events.open();
  events.push(line);
  events.close();
  expect(told).toEqual(items);
  expect(warned).toEqual(warnings);
});

test('What is printed before the service has started is told afterwards, in order.', () => {
  const { events, told } = listen('lines');
  events.push('a');
  events.push('b');
  expect(told).toEqual([]);
  events.open();
  events.push('c');
  expect(told).toEqual([{ line: 'a' }, { line: 'b' }, { line: 'c' }]);
});

test('1,000 lines are told at once, then 100 a second; the others are counted, and told of once a second.', () => {
  const { events, told, warned, pass } = listen('lines');
  events.open();
  take(events, 1500);
  expect(told).toHaveLength(1000);
  expect(warned).toEqual(['lines dropped, too many for events: 1']);
  pass(500);
  take(events, 100);
  expect(told).toHaveLength(1050);
  expect(warned).toHaveLength(1);
  pass(500);
  take(events, 100);
  expect(told).toHaveLength(1100);
  expect(warned[1]).toBe('lines dropped, too many for events: 550');
  events.close();
  expect(warned[2]).toBe('lines dropped, too many for events: 49');
  pass(3_600_000);
  take(events, 1500);
  expect(told).toHaveLength(2100);
});

test('A clock that is put back neither stops the events nor gives more of them.', () => {
  const { events, told, pass } = listen('lines');
  events.open();
  take(events, 1000);
  pass(-10_000);
  take(events, 10);
  expect(told).toHaveLength(1000);
  pass(100);
  take(events, 100);
  expect(told).toHaveLength(1010);
});

test('A program that is never ready keeps no more than can be told at once.', () => {
  const { events, told, warned } = listen('lines');
  take(events, 1500);
  events.open();
  events.close();
  expect(told).toHaveLength(1000);
  expect(warned).toEqual([
    'lines dropped, too many for events: 1',
    'lines dropped, too many for events: 499',
  ]);
});
