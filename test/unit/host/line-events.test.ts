import { expect, test } from 'vitest';
import { LineEvents } from '../../../src/host/program/line-events.js';

function listen(kind: 'none' | 'lines' | 'json') {
  let nowMs = 1000;
  const notified: Readonly<Record<string, unknown>>[] = [];
  const warned: string[] = [];
  const events = new LineEvents({
    kind,
    now: () => nowMs,
    log: { warn: (message) => void warned.push(message) },
    notify: (items) => void notified.push(items),
  });
  return { events, notified, warned, pass: (ms: number) => void (nowMs += ms) };
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
  const { events, notified, warned } = listen(kind);
  events.open();
  events.push(line);
  events.close();
  expect(notified).toEqual(items);
  expect(warned).toEqual(warnings);
});

test('Lines that are printed before the service has started become events afterwards, in order.', () => {
  const { events, notified } = listen('lines');
  events.push('a');
  events.push('b');
  expect(notified).toEqual([]);
  events.open();
  events.push('c');
  expect(notified).toEqual([{ line: 'a' }, { line: 'b' }, { line: 'c' }]);
});

test('1,000 lines become events at once, then 100 per second; dropped lines are counted and logged once a second.', () => {
  const { events, notified, warned, pass } = listen('lines');
  events.open();
  take(events, 1500);
  expect(notified).toHaveLength(1000);
  expect(warned).toEqual(['lines dropped, too many for events: 1']);
  pass(500);
  take(events, 100);
  expect(notified).toHaveLength(1050);
  expect(warned).toHaveLength(1);
  pass(500);
  take(events, 100);
  expect(notified).toHaveLength(1100);
  expect(warned[1]).toBe('lines dropped, too many for events: 550');
  events.close();
  expect(warned[2]).toBe('lines dropped, too many for events: 49');
  pass(3_600_000);
  take(events, 1500);
  expect(notified).toHaveLength(2100);
});

test('A clock that is set back neither stops the events nor allows more of them.', () => {
  const { events, notified, pass } = listen('lines');
  events.open();
  take(events, 1000);
  pass(-10_000);
  take(events, 10);
  expect(notified).toHaveLength(1000);
  pass(100);
  take(events, 100);
  expect(notified).toHaveLength(1010);
});

test('For a program that is never ready no more lines are buffered than one burst.', () => {
  const { events, notified, warned } = listen('lines');
  take(events, 1500);
  events.open();
  events.close();
  expect(notified).toHaveLength(1000);
  expect(warned).toEqual([
    'lines dropped, too many for events: 1',
    'lines dropped, too many for events: 499',
  ]);
});
