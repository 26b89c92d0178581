import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LogCursor } from '../../../src/client/log-cursor.js';
import { LineSplitter } from '../../../src/client/log-lines.js';
import { readLog } from '../../../src/client/read-log.js';
import { rotate } from '../../../src/base/rotate.js';
import { openFolder } from '../../helpers/folder.js';

async function readAll(path: string, lines: number): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const line of readLog(path, { lines })) all.push(line);
  return all;
}

describe('readLog', () => {
  it('yields the last lines across rotated files, oldest first', async () => {
    await using folder = await openFolder();
    const path = join(folder.path, 'ts_1.log');
    writeFileSync(`${path}.2`, 'one\ntwo\nthr');
    writeFileSync(`${path}.1`, 'ee\nfour\n');
    writeFileSync(path, 'five\nsix');
    expect(await readAll(path, 1)).toEqual(['six']);
    expect(await readAll(path, 3)).toEqual(['four', 'five', 'six']);
    expect(await readAll(path, 4)).toEqual(['three', 'four', 'five', 'six']);
    expect(await readAll(path, 100)).toEqual(['one', 'two', 'three', 'four', 'five', 'six']);
    expect(await readAll(path, 0)).toEqual([]);
  });

  it('reads the previous file when the log has just been rotated', async () => {
    await using folder = await openFolder();
    const path = join(folder.path, 'ts_1.log');
    writeFileSync(`${path}.1`, 'one\ntwo\n');
    writeFileSync(path, '');
    expect(await readAll(path, 1)).toEqual(['two']);
  });

  it('reads a log that is longer than one chunk', async () => {
    await using folder = await openFolder();
    const path = join(folder.path, 'ts_1.log');
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index} äöü`);
    writeFileSync(`${path}.1`, `${lines.slice(0, 12_000).join('\n')}\n`);
    writeFileSync(path, lines.slice(12_000).join('\n'));
    expect(await readAll(path, 15_000)).toEqual(lines.slice(5000));
  });

  it('reads the previous file during a rotation, while there is no newest file', async () => {
    await using folder = await openFolder();
    const path = join(folder.path, 'ts_1.log');
    writeFileSync(`${path}.2`, 'one\n');
    writeFileSync(`${path}.1`, 'two\nthree\n');
    expect(await readAll(path, 2)).toEqual(['two', 'three']);
    expect(await readAll(path, 3)).toEqual(['one', 'two', 'three']);
  });

  it('ignores lines that are appended while it reads', async () => {
    await using folder = await openFolder();
    const path = join(folder.path, 'ts_1.log');
    const long = 'x'.repeat(100_000);
    writeFileSync(path, `one\n${long}\nthree\n`);
    const lines: string[] = [];
    for await (const line of readLog(path, { lines: 2 })) {
      lines.push(line);
      appendFileSync(path, 'more\n');
    }
    expect(lines).toEqual([long, 'three']);
  });

  it('throws an error with the path when the log does not exist', async () => {
    await using folder = await openFolder();
    const path = join(folder.path, 'ts_1.log');
    await expect(readAll(path, 5)).rejects.toMatchObject({
      code: 'SVC_LOG_UNREADABLE',
      message: expect.stringContaining(path) as string,
    });
  });
});

describe('LogCursor', () => {
  async function readRest(cursor: LogCursor): Promise<readonly string[]> {
    const splitter = new LineSplitter();
    const lines: string[] = [];
    for (let bytes = await cursor.read(); bytes.length > 0; bytes = await cursor.read()) {
      lines.push(...splitter.push(bytes));
    }
    return lines;
  }

  it('keeps its position across rotations: no line is lost or repeated', async () => {
    await using folder = await openFolder();
    const path = join(folder.path, 'ts_1.log');
    writeFileSync(path, 'old\n');
    const cursor = await LogCursor.openTail(path, 1);
    expect(await readRest(cursor)).toEqual(['old']);
    appendFileSync(path, 'one\n');
    rotate(path, 5);
    writeFileSync(path, 'two\n');
    rotate(path, 5);
    // Between the renaming and the next file there is no newest file.
    expect(await readRest(cursor)).toEqual(['one', 'two']);
    writeFileSync(path, 'three\n');
    expect(await readRest(cursor)).toEqual(['three']);
    expect(cursor.hasGap).toBe(false);
    await cursor.close();
  });

  it('continues with the oldest file when rotation deleted its own, and reports a gap', async () => {
    await using folder = await openFolder();
    const path = join(folder.path, 'ts_1.log');
    writeFileSync(path, 'old\n');
    const cursor = await LogCursor.openTail(path, 1);
    for (let round = 0; round < 5; round += 1) {
      rotate(path, 3);
      writeFileSync(path, `round ${round}\n`);
    }
    expect(await readRest(cursor)).toEqual(['old', 'round 2', 'round 3', 'round 4']);
    expect(cursor.hasGap).toBe(true);
    await cursor.close();
  });

  it('continues at the next line after the file was truncated or removed', async () => {
    await using folder = await openFolder();
    const path = join(folder.path, 'ts_1.log');
    writeFileSync(path, 'old\n');
    const cursor = await LogCursor.openTail(path, 0);
    writeFileSync(path, '');
    expect(await readRest(cursor)).toEqual([]);
    appendFileSync(path, 'new\n');
    expect(await readRest(cursor)).toEqual(['new']);
    rmSync(path);
    expect(await readRest(cursor)).toEqual([]);
    writeFileSync(path, 'newer\n');
    expect(await readRest(cursor)).toEqual(['newer']);
    await cursor.close();
  });
});
