// Writes samples to a file, one CSV or JSON line each, rotated by size. On a full disk it only loses lines.

import { openSync, closeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { makeFolder } from '../base/make-folder.js';
import { ContextdError, hasErrnoCode, messageOf } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { LogFile } from '../base/log-file.js';
import { ThrottledLog } from '../base/throttled-log.js';
import { METRICS } from '../messages/sample-history.js';
import type { MonitorConfiguration } from './configuration.js';
import type { Values } from './history.js';

/** The columns before the numbers. */
const COLUMNS = ['time', 'transaction', 'service_id', 'pid', 'state'] as const;

export interface RecordedSample {
  /** ISO time. */
  readonly time: string;
  readonly transaction: string;
  readonly service_id: string;
  readonly pid: number;
  readonly state: string;
  readonly values: Values;
}

export class Recorder {
  readonly #file: LogFile;
  readonly #losses: ThrottledLog;
  readonly #format: (sample: RecordedSample) => string;

  /** Throws SVC_CONFIGURATION_INVALID when the file cannot be written. A full disk is not an error: space may be freed. */
  constructor(record: NonNullable<MonitorConfiguration['record']>, log: Logger) {
    const path = resolve(record.file);
    checkWritable(path);
    const isCsv = record.format === 'csv';
    this.#losses = new ThrottledLog((line) => log.warn(line));
    this.#format = isCsv ? formatCsv : formatJson;
    this.#file = new LogFile({
      path,
      maxBytes: record.max_kb * 1024,
      files: record.files,
      isTable: true,
      ...(isCsv ? { header: [...COLUMNS, ...METRICS].join(',') } : {}),
    });
  }

  write(samples: readonly RecordedSample[]): void {
    if (samples.length === 0) return;
    this.#file.write(Buffer.from(samples.map((sample) => `${this.#format(sample)}\n`).join('')));
    const { loss } = this.#file;
    if (loss === undefined) return;
    this.#losses.recordTotal(
      '',
      `cannot record samples: ${loss.lines} lines lost so far (${loss.code})`,
      loss.lines,
    );
  }

  close(): void {
    this.#file.close();
  }
}

function checkWritable(path: string): void {
  try {
    makeFolder(dirname(path));
    closeSync(openSync(path, 'a', 0o600));
  } catch (cause) {
    if (hasErrnoCode(cause, 'ENOSPC', 'EDQUOT')) return;
    throw new ContextdError(
      'SVC_CONFIGURATION_INVALID',
      `<record><file> cannot be written: ${messageOf(cause)}`,
      {
        cause,
        hint: 'name a file that the provider may write; a relative path starts in the context folder',
      },
    );
  }
}

/** Missing numbers are empty. No value contains a comma, a quote or a line end. */
function formatCsv({ values, ...facts }: RecordedSample): string {
  const numbers = METRICS.map((metric) => formatNumber(values[metric]) ?? '');
  return [...COLUMNS.map((name) => facts[name]), ...numbers].join(',');
}

function formatJson({ values, ...facts }: RecordedSample): string {
  const numbers = METRICS.map((metric) => [metric, formatNumber(values[metric])] as const);
  return JSON.stringify({ ...facts, ...Object.fromEntries(numbers) });
}

function formatNumber(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 1000) / 1000;
}
