import { describe, expect, it } from 'vitest';
import { Closers } from '../../../src/base/closers.js';
import { createDeferred, withDeadline } from '../../../src/base/deferred.js';
import {
  createTransactionId,
  createUniqueId,
  isId,
  parseServiceId,
  parseTransactionId,
} from '../../../src/base/ids.js';
import { createLogger, formatRecord, LOG_LEVELS, type LogRecord } from '../../../src/base/logger.js';
import { ManualClock } from '../../helpers/manual-clock.js';

describe('Closers', () => {
  it('close in reverse order, one after the other', async () => {
    const closers = new Closers();
    const closed: string[] = [];
    const gate = createDeferred<void>();
    closers.add(() => void closed.push('first'));
    closers.add(async () => {
      await gate.promise;
      closed.push('second');
    });
    const closing = closers.close();
    expect(closed).toEqual([]);
    gate.resolve();
    await closing;
    expect(closed).toEqual(['second', 'first']);
  });

  it('run only once', async () => {
    const closers = new Closers();
    let count = 0;
    closers.add(() => void (count += 1));
    await Promise.all([closers.close(), closers.close()]);
    await closers.close();
    expect(count).toBe(1);
  });

  it('run all functions and then throw the errors', async () => {
    const one = new Closers();
    let isReached = false;
    one.add(() => void (isReached = true));
    one.add(() => Promise.reject(new Error('one error')));
    await expect(one.close()).rejects.toThrow('one error');
    expect(isReached).toBe(true);
    const two = new Closers();
    for (const text of ['a', 'b']) two.add(() => Promise.reject(new Error(text)));
    await expect(two.close()).rejects.toMatchObject({ errors: [new Error('b'), new Error('a')] });
  });
});

describe('withDeadline', () => {
  const late = () => new Error('late');

  it('settles like the promise and leaves no timer', async () => {
    const clock = new ManualClock();
    expect(await withDeadline(Promise.resolve(1), 10, late, clock)).toBe(1);
    await expect(withDeadline(Promise.reject(new Error('x')), 10, late, clock)).rejects.toThrow('x');
    expect(clock.waiting).toEqual([]);
  });

  it('rejects at the deadline, not before', async () => {
    const clock = new ManualClock();
    const slow = createDeferred<number>();
    let settled = 'no';
    const waiting = withDeadline(slow.promise, 10, late, clock).catch((error: unknown) => {
      settled = String(error);
    });
    clock.advance(9);
    await Promise.resolve();
    expect(settled).toBe('no');
    clock.advance(1);
    await waiting;
    expect(settled).toBe('Error: late');
  });

  it('ignores a rejection after the deadline', async () => {
    const clock = new ManualClock();
    const slow = createDeferred<number>();
    const waiting = withDeadline(slow.promise, 10, late, clock);
    clock.advance(10);
    await expect(waiting).rejects.toThrow('late');
    slow.reject(new Error('ignored'));
  });
});

describe('ids', () => {
  it.each(['a', 'ts_100', 'A'.repeat(128), '_x', '0', 'a.b:c-d'])('%s is a valid id', (text) => {
    expect(isId(text)).toBe(true);
    expect([parseServiceId(text), parseTransactionId(text)]).toEqual([text, text]);
  });

  it.each(['', ' ', 'a b', '.a', '-a', ':a', '../a', 'a/b', 'ä', 'a\n', 'A'.repeat(129), 'a@@@', 'a\0'])(
    '%j is not a valid id',
    (text) => {
      expect(isId(text)).toBe(false);
      expect([parseServiceId(text), parseTransactionId(text)]).toEqual([undefined, undefined]);
    },
  );

  it('of new transactions are unique and have 20 characters of A-Z0-9', () => {
    const made = Array.from({ length: 1000 }, createTransactionId);
    expect(made.filter((each) => !/^[A-Z0-9]{20}$/.test(each))).toEqual([]);
    expect(new Set(made).size).toBe(1000);
    expect(new Set(made.join('')).size).toBe(36);
  });

  it('of messages are unique and valid in a header', () => {
    const made = Array.from({ length: 1000 }, createUniqueId);
    expect(made.filter((each) => !/^[\w-]{12}$/.test(each))).toEqual([]);
    expect(new Set(made).size).toBe(1000);
  });
});

describe('a logger', () => {
  it.each(LOG_LEVELS.map((level, index) => [level, LOG_LEVELS.slice(index)] as const))(
    'of level %s passes on %j',
    (level, expected) => {
      const records: LogRecord[] = [];
      const log = createLogger((record) => records.push(record), level);
      for (const each of LOG_LEVELS) log[each](`at ${each}`, { each });
      expect(records.map((record) => record.level)).toEqual(expected);
      expect(records[0]).toMatchObject({ message: `at ${level}`, fields: { each: level } });
    },
  );

  it('writes a record as one line', () => {
    const record: LogRecord = {
      at: new Date(Date.UTC(2026, 0, 31, 12)),
      level: 'info',
      message: 'text',
      fields: {},
    };
    expect(formatRecord(record)).toBe('2026-01-31T12:00:00.000Z info  text');
    expect(formatRecord({ ...record, level: 'error', fields: { a: 'line\nbreak' } })).toBe(
      '2026-01-31T12:00:00.000Z error text {"a":"line\\nbreak"}',
    );
  });
});
