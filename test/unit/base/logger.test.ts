import { describe, expect, it } from 'vitest';
import { createLogger, formatRecord, LOG_LEVELS, type LogRecord } from '../../../src/base/logger.js';

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
