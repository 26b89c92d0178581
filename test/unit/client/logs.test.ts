import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LogCursor } from '../../../src/client/log-cursor.js';
import { LineSplitter } from '../../../src/client/log-lines.js';
import { readLog } from '../../../src/client/logs.js';
import { rotate } from '../../../src/base/rotate.js';
import { openFolder } from '../../helpers/folder.js';

async function readAll(path: string, lines: number): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const line of readLog(path, { lines })) all.push(line);
  return all;
}

describe('a log', () => {
  it('is read across its files: the last lines, oldest first', async () => {
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

  it('that has just been rotated shows what is in the file before', async () => {
    await using folder = await openFolder();
    const path = join(folder.path, 'ts_1.log');
    writeFileSync(`${path}.1`, 'one\ntwo\n');
    writeFileSync(path, '');
    expect(await readAll(path, 1)).toEqual(['two']);
  });

  it('that is longer than what is read at once is read whole', async () => {
    await using folder = await openFolder();
    const path = join(folder.path, 'ts_1.log');
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index} äöü`);
    writeFileSync(`${path}.1`, `${lines.slice(0, 12_000).join('\n')}\n`);
    writeFileSync(path, lines.slice(12_000).join('\n'));
    expect(await readAll(path, 15_000)).toEqual(lines.slice(5000));
  });

  it('that is being rotated at this moment, so that there is no newest file, is read from the one before', async () => {
    await using folder = await openFolder();
    const path = join(folder.path, 'ts_1.log');
    writeFileSync(`${path}.2`, 'one\n');
    writeFileSync(`${path}.1`, 'two\nthree\n');
    expect(await readAll(path, 2)).toEqual(['two', 'three']);
    expect(await readAll(path, 3)).toEqual(['one', 'two', 'three']);
  });

  it('that grows while it is read shows what were the last lines when it was asked for', async () => {
    await using folder = await openFolder();
    const path = join(folder.path, 'ts_1.log');
    const long = 'x'.repeat(100_000);
    writeFileSync(path, `one\n${long}\nthree\n`);
    const seen: string[] = [];
    for await (const line of readLog(path, { lines: 2 })) {
      seen.push(line);
      appendFileSync(path, 'more\n');
    }
    expect(seen).toEqual([long, 'three']);
  });

  it('that is not there is an error with its path', async () => {
    await using folder = await openFolder();
    const path = join(folder.path, 'ts_1.log');
    await expect(readAll(path, 5)).rejects.toMatchObject({
      code: 'SVC_LOG_UNREADABLE',
      message: expect.stringContaining(path) as string,
    });
  });
});

describe('a place in a log', () => {
  async function readOn(cursor: LogCursor): Promise<readonly string[]> {
    const splitter = new LineSplitter();
    const lines: string[] = [];
    for (let bytes = await cursor.read(); bytes.length > 0; bytes = await cursor.read()) {
      lines.push(...splitter.push(bytes));
    }
    return lines;
  }

  it('is kept while the files move on: no line is lost, none comes twice', async () => {
    await using folder = await openFolder();
    const path = join(folder.path, 'ts_1.log');
    writeFileSync(path, 'old\n');
    const cursor = await LogCursor.atLast(path, 1);
    expect(await readOn(cursor)).toEqual(['old']);
    appendFileSync(path, 'one\n');
    rotate(path, 5);
    writeFileSync(path, 'two\n');
    rotate(path, 5);
    // Between the renaming and the next file there is no newest file.
    expect(await readOn(cursor)).toEqual(['one', 'two']);
    writeFileSync(path, 'three\n');
    expect(await readOn(cursor)).toEqual(['three']);
    expect(cursor.hasMissed).toBe(false);
    await cursor.close();
  });

  it('that was rotated away goes on with the oldest file there is, and knows', async () => {
    await using folder = await openFolder();
    const path = join(folder.path, 'ts_1.log');
    writeFileSync(path, 'old\n');
    const cursor = await LogCursor.atLast(path, 1);
    for (let round = 0; round < 5; round += 1) {
      rotate(path, 3);
      writeFileSync(path, `round ${round}\n`);
    }
    expect(await readOn(cursor)).toEqual(['old', 'round 2', 'round 3', 'round 4']);
    expect(cursor.hasMissed).toBe(true);
    await cursor.close();
  });

  it('in a file that is emptied or removed is where the next line comes', async () => {
    await using folder = await openFolder();
    const path = join(folder.path, 'ts_1.log');
    writeFileSync(path, 'old\n');
    const cursor = await LogCursor.atLast(path, 0);
    writeFileSync(path, '');
    expect(await readOn(cursor)).toEqual([]);
    appendFileSync(path, 'new\n');
    expect(await readOn(cursor)).toEqual(['new']);
    rmSync(path);
    expect(await readOn(cursor)).toEqual([]);
    writeFileSync(path, 'newer\n');
    expect(await readOn(cursor)).toEqual(['newer']);
    await cursor.close();
  });
});
