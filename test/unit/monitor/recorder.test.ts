import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLogger, silentLogger } from '../../../src/base/logger.js';
import { Recorder, type RecordedSample } from '../../../src/monitor/recorder.js';
import { openFolder } from '../../helpers/folder.js';

const HEADER = 'time,transaction,service_id,pid,state,rss,vms,cpu,threads,fds,children,event_loop_lag_ms,pss';
const sample: RecordedSample = {
  time: '2026-01-31T12:00:00.000Z',
  transaction: 'T1',
  service_id: 'ts_1',
  pid: 4711,
  state: 'started',
  values: { rss: 46.12345, vms: 604, cpu: 0, threads: 11, fds: 20, children: 0 },
};
const record = (file: string, more = {}) => ({ file, format: 'csv', max_kb: 1, files: 3, ...more }) as const;

describe('Recorder', () => {
  it('writes CSV with a header, rounded numbers and empty missing values', async () => {
    await using folder = await openFolder();
    const file = join(folder.path, 'deep', 'samples.csv');
    const recorder = new Recorder(record(file), silentLogger);
    recorder.write([sample, { ...sample, service_id: 'ts_2' }]);
    recorder.close();
    const again = new Recorder(record(file), silentLogger);
    again.write([sample]);
    again.close();
    const line = '2026-01-31T12:00:00.000Z,T1,ts_1,4711,started,46.123,604,0,11,20,0,,';
    expect(readFileSync(file, 'utf8').split('\n')).toEqual([
      HEADER,
      line,
      line.replace('ts_1', 'ts_2'),
      line,
      '',
    ]);
  });

  it('writes JSON lines', async () => {
    await using folder = await openFolder();
    const file = join(folder.path, 'samples.jsonl');
    const recorder = new Recorder(record(file, { format: 'jsonl' }), silentLogger);
    recorder.write([sample]);
    recorder.close();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      time: sample.time,
      transaction: 'T1',
      service_id: 'ts_1',
      pid: 4711,
      state: 'started',
      rss: 46.123,
      vms: 604,
      cpu: 0,
      threads: 11,
      fds: 20,
      children: 0,
    });
  });

  it('rotates by size and number; each file starts with the header and no line is cut', async () => {
    await using folder = await openFolder();
    const file = join(folder.path, 'samples.csv');
    const recorder = new Recorder(record(file), silentLogger);
    for (let index = 0; index < 100; index += 1) recorder.write([sample]);
    recorder.close();
    const names = readdirSync(folder.path).sort();
    expect(names).toEqual(['samples.csv', 'samples.csv.1', 'samples.csv.2']);
    for (const name of names) {
      const text = readFileSync(join(folder.path, name), 'utf8');
      expect(text.length).toBeLessThanOrEqual(1024);
      const [header, ...lines] = text.trimEnd().split('\n');
      expect(header).toBe(HEADER);
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.every((line) => line.split(',').length === HEADER.split(',').length)).toBe(true);
    }
  });

  it('continues on a full disk and warns once', () => {
    const warnings: string[] = [];
    const log = createLogger(({ message }) => warnings.push(message));
    // Every write to this device fails as on a full disk.
    const recorder = new Recorder(record('/dev/full', { max_kb: 1024 }), log);
    recorder.write([sample]);
    recorder.write([sample]);
    recorder.close();
    expect(warnings).toEqual(['cannot record samples: 1 lines lost so far (ENOSPC)']);
  });

  it('refuses a file that cannot be written', async () => {
    await using folder = await openFolder();
    expect(() => new Recorder(record(folder.path), silentLogger)).toThrow(
      expect.objectContaining({ code: 'SVC_CONFIGURATION_INVALID' }),
    );
  });
});
