import { expect, it } from 'vitest';
import { ThrottledLog } from '../../../src/base/throttled-log.js';
import { ManualClock } from '../../helpers/manual-clock.js';

function openLog() {
  const clock = new ManualClock();
  const written: string[] = [];
  const log = new ThrottledLog((line, count) => written.push(`${line} ${count}`), clock);
  /** What was written since the last call. */
  return { clock, log, written: () => written.splice(0) };
}

it('counts all events, and writes one line per kind and minute, with their number', () => {
  const { clock, log, written } = openLog();
  for (const kind of ['a', 'a', 'b']) log.record(kind, `bad ${kind}`);
  expect(written()).toEqual(['bad a 1', 'bad b 3']);
  clock.advance(59_999);
  log.record('a', 'bad a');
  expect(written()).toEqual([]);
  clock.advance(1);
  log.record('a', 'other a');
  expect(written()).toEqual(['other a 5']);
  expect(log.count).toBe(5);
});

it('writes the line of the first of a thousand events, and a minute later the number of all', () => {
  const { clock, log, written } = openLog();
  for (let index = 0; index < 1000; index += 1) log.record('', 'no message');
  clock.advance(60_000);
  log.record('', 'no message');
  expect(written()).toEqual(['no message 1', 'no message 1001']);
});

it('does not depend on the clock of the machine, which may be set', () => {
  const { clock, log, written } = openLog();
  log.record('', 'first');
  clock.jump(3_600_000);
  log.record('', 'second');
  expect(written()).toEqual(['first 1']);
});

it('writes a number that the caller counts only when it has changed', () => {
  const { clock, log, written } = openLog();
  log.recordTotal('ts_1', '3 lost', 3);
  log.recordTotal('ts_1', '9 lost', 9);
  log.recordTotal('ts_2', '1 lost', 1);
  expect(written()).toEqual(['3 lost 3', '1 lost 1']);
  clock.advance(60_000);
  log.recordTotal('ts_1', '9 lost', 9);
  expect(written()).toEqual(['9 lost 9']);
  clock.advance(60_000);
  log.recordTotal('ts_1', '9 lost', 9);
  expect([written(), log.count]).toEqual([[], 0]);
});
