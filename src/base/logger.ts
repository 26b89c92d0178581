// The logger interface that all modules use, and the text form of a log line.

import { systemClock } from './clock.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type LogFields = Readonly<Record<string, unknown>>;

export interface LogRecord {
  readonly at: Date;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** Writes one line per call: `message` for people, `fields` for programs. */
export type Logger = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>;

/** Creates a logger that passes every record of at least `level` to `write`. */
export function createLogger(write: (record: LogRecord) => void, level: LogLevel = 'debug'): Logger {
  const threshold = LOG_LEVELS.indexOf(level);
  const at =
    (recordLevel: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (LOG_LEVELS.indexOf(recordLevel) >= threshold)
        write({ at: new Date(systemClock.now()), level: recordLevel, message, fields });
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export const silentLogger: Logger = createLogger(() => undefined);

/** `2026-01-31T12:00:00.000Z info  message {"key":"value"}` */
export function formatRecord(record: LogRecord): string {
  const fields = Object.keys(record.fields).length === 0 ? '' : ` ${JSON.stringify(record.fields)}`;
  return `${record.at.toISOString()} ${record.level.padEnd(5)} ${record.message}${fields}`;
}
