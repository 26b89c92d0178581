import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { HostLog } from '../../../src/messages/host-bootstrap.js';
import { LogFile } from '../../../src/base/log-file.js';
import { openFolder, type TestFolder } from '../../helpers/folder.js';

const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /gm;

function planIn(folder: TestFolder, limits: Partial<HostLog> = {}): HostLog {
  return {
    path: join(folder.path, 'ts_1.log'),
    out: join(folder.path, 'ts_1.out'),
    maxBytes: 100,
    files: 3,
    ...limits,
  };
}

/** The names of the log's files that exist, oldest first. */
function filesOf({ path, files }: HostLog): readonly string[] {
  const numbers = Array.from({ length: files + 2 }, (_, index) => index + 1).reverse();
  return [...numbers.map((number) => `${path}.${number}`), path].filter((each) => existsSync(each));
}

const read = (path: string) => readFileSync(path, 'utf8');
const readAll = (plan: HostLog) => Buffer.concat(filesOf(plan).map((path) => readFileSync(path))).toString();

describe('a log file', () => {
  it('is rotated at line ends before it exceeds its size, and keeps the newest files', async () => {
    await using folder = await openFolder();
    const plan = planIn(folder);
    const log = new LogFile(plan);
    const lines = Array.from({ length: 60 }, (_, index) => `line ${index}`);
    for (const line of lines) log.writeLine(line);
    log.close();
    const files = filesOf(plan);
    expect(files).toEqual([`${plan.path}.2`, `${plan.path}.1`, plan.path]);
    for (const path of files) {
      expect(statSync(path).size).toBeLessThanOrEqual(100);
      expect(read(path)).toMatch(/^line \d+\n(line \d+\n)*$/);
    }
    const kept = readAll(plan).trimEnd().split('\n');
    expect(kept).toEqual(lines.slice(-kept.length));
    expect(kept.length).toBeGreaterThan(20);
  });

  it.each([
    ['one by one', 1],
    ['seven by seven', 7],
    ['all at once', 10_000],
  ])('stores all bytes unchanged across its files, written %s', async (_how, step) => {
    await using folder = await openFolder();
    const plan = planIn(folder, { files: 50 });
    const log = new LogFile(plan);
    const text = `${'ä€😀 short\n'.repeat(40)}${'long '.repeat(70)}\n\n\nno end`;
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += step) log.write(bytes.subarray(at, at + step));
    log.close();
    expect(readAll(plan)).toBe(text);
    for (const path of filesOf(plan)) expect(statSync(path).size).toBeLessThanOrEqual(100);
  });

  it('can be a single file', async () => {
    await using folder = await openFolder();
    const plan = planIn(folder, { files: 1 });
    const log = new LogFile(plan);
    for (let index = 0; index < 50; index += 1) log.writeLine(`line ${index}`);
    log.close();
    expect(filesOf(plan)).toEqual([plan.path]);
    expect(read(plan.path)).toMatch(/line 49\n$/);
    expect(statSync(plan.path).size).toBeLessThanOrEqual(100);
  });

  it('continues the file of an earlier run on a new line', async () => {
    await using folder = await openFolder();
    const plan = planIn(folder);
    await writeFile(plan.path, 'cut off');
    await writeFile(`${plan.path}.3`, 'of a time when there were more files');
    const log = new LogFile(plan);
    log.writeLine('next');
    log.close();
    expect(read(plan.path)).toBe('cut off\nnext\n');
    expect(existsSync(`${plan.path}.3`)).toBe(false);
  });

  it('writes log records with time and level on separate lines', async () => {
    await using folder = await openFolder();
    const plan = planIn(folder, { maxBytes: 1000 });
    const log = new LogFile(plan);
    log.write(Buffer.from('printed without an end'));
    log.log.warn('a doubt', { answer: 42 });
    log.close();
    expect(read(plan.path).replace(STAMP, '')).toBe('printed without an end\nwarn  a doubt {"answer":42}\n');
  });

  it('creates its folder, and recreates the file when it is deleted, moved or truncated', async () => {
    await using folder = await openFolder();
    const plan = planIn(folder, { path: join(folder.path, 'deep', 'down', 'ts_1.log') });
    let nowMs = 0;
    const log = new LogFile(plan, () => (nowMs += 2000));
    log.writeLine('one');
    rmSync(join(folder.path, 'deep'), { recursive: true });
    log.writeLine('two');
    expect(read(plan.path)).toBe('two\n');
    renameSync(plan.path, `${plan.path}.moved`);
    log.writeLine('three');
    expect(read(plan.path)).toBe('three\n');
    await writeFile(plan.path, '');
    log.writeLine('x'.repeat(90));
    log.close();
    expect(statSync(plan.path).size).toBe(91);
    expect(existsSync(`${plan.path}.1`)).toBe(false);
  });
});

describe('a log that cannot be written', () => {
  it('loses lines without throwing, and reports their number as soon as possible', async () => {
    await using folder = await openFolder();
    const plan = planIn(folder, { maxBytes: 1000 });
    let nowMs = 0;
    // Writing to this device fails as on a full disk.
    symlinkSync('/dev/full', plan.path);
    const log = new LogFile(plan, () => nowMs);
    expect(log.loss).toBeUndefined();
    for (let index = 0; index < 3; index += 1) log.writeLine(`lost ${index}`);
    expect(log.loss).toEqual({ lines: 3, code: 'ENOSPC' });
    rmSync(plan.path);
    nowMs += 2000;
    log.writeLine('kept');
    log.writeLine('kept too');
    log.close();
    expect(read(plan.path).replace(STAMP, '')).toBe('warn  3 lines lost: ENOSPC\nkept\nkept too\n');
    expect(log.loss).toEqual({ lines: 3, code: 'ENOSPC' });
  });

  it('loses lines while its folder cannot be created', async () => {
    await using folder = await openFolder();
    const file = join(folder.path, 'file');
    appendFileSync(file, '');
    const log = new LogFile(planIn(folder, { path: join(file, 'ts_1.log') }));
    log.writeLine('nowhere');
    expect(log.loss).toEqual({ lines: 1, code: 'EEXIST' });
    log.close();
  });
});
