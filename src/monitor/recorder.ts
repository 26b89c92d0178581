// Samples on disk: a line for each in CSV or JSON, rotated by size; a full disk costs lines and nothing else.

import { openSync, closeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { makeFolder } from '../base/make-folder.js';
import { ContextdError, hasErrnoCode, messageOf } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { LogFile } from '../base/log-file.js';
import { METRICS } from '../messages/sample-history.js';
import type { MonitorConfiguration } from './configuration.js';
import type { Values } from './history.js';

/** How often a full disk is told of. */
const QUIET_MS = 60_000;

/** What stands in a line before the numbers. */
const FACTS = ['time', 'transaction', 'service_id', 'pid', 'state'] as const;

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
  readonly #log: Logger;
  readonly #format: (sample: RecordedSample) => string;
  #toldLines = 0;
  #toldMs = -QUIET_MS;

  /** Throws SVC_CONFIGURATION_INVALID when the file cannot be written; a full disk may have room again. */
  constructor(record: NonNullable<MonitorConfiguration['record']>, log: Logger) {
    const path = resolve(record.file);
    checkWritable(path);
    const isCsv = record.format === 'csv';
    this.#log = log;
    this.#format = isCsv ? formatCsv : formatJson;
    this.#file = new LogFile({
      path,
      maxBytes: record.max_kb * 1024,
      files: record.files,
      isTable: true,
      ...(isCsv ? { header: [...FACTS, ...METRICS].join(',') } : {}),
    });
  }

  note(samples: readonly RecordedSample[]): void {
    if (samples.length === 0) return;
    this.#file.write(Buffer.from(samples.map((sample) => `${this.#format(sample)}\n`).join('')));
    this.#tellLoss();
  }

  close(): void {
    this.#file.close();
  }

  #tellLoss(): void {
    const { loss } = this.#file;
    const nowMs = performance.now();
    if (loss === undefined || loss.lines === this.#toldLines || nowMs - this.#toldMs < QUIET_MS) return;
    this.#toldLines = loss.lines;
    this.#toldMs = nowMs;
    this.#log.warn(`samples could not be recorded: ${loss.lines} lines lost so far, ${loss.code}`);
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
        hint: 'name a file that the provider may write; a relative one lies in the folder of the context',
      },
    );
  }
}

/** Numbers that were not to be had are empty; no value holds a comma, a quote or a line end. */
function formatCsv({ values, ...facts }: RecordedSample): string {
  const numbers = METRICS.map((metric) => formatNumber(values[metric]) ?? '');
  return [...FACTS.map((name) => facts[name]), ...numbers].join(',');
}

function formatJson({ values, ...facts }: RecordedSample): string {
  const numbers = METRICS.map((metric) => [metric, formatNumber(values[metric])] as const);
  return JSON.stringify({ ...facts, ...Object.fromEntries(numbers) });
}

function formatNumber(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 1000) / 1000;
}
