import { appendFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LogSet, type LogSetOptions } from '../../../src/client/log-set.js';
import { openFolder } from '../../helpers/folder.js';

const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;

async function openSet(folder: string, names: readonly string[], options: LogSetOptions): Promise<LogSet> {
  const logs = new LogSet(options);
  for (const name of names) await logs.open(name, join(folder, `${name}.log`));
  return logs;
}

it('The last lines of several logs are merged by time; lines without a time stay in place.', async () => {
  await using folder = await openFolder();
  await writeFile(join(folder.path, 'a.log'), `${at(1)} a1\n  trace\n${at(4)} a4\nunfinished`);
  await writeFile(join(folder.path, 'b.log'), `${at(2)} b2\n${at(3)} b3\n`);
  const all = await openSet(folder.path, ['a', 'b'], { lines: 50 });
  expect((await all.readLast(false)).map(({ service, line }) => [service, line])).toEqual([
    ['a', `${at(1)} a1`],
    ['a', '  trace'],
    ['b', `${at(2)} b2`],
    ['b', `${at(3)} b3`],
    ['a', `${at(4)} a4`],
    ['a', 'unfinished'],
  ]);
  await all.close();
  const last = await openSet(folder.path, ['a', 'b'], { lines: 2, pattern: /\d$/ });
  expect((await last.readLast(false)).map(({ line }) => line)).toEqual([`${at(3)} b3`, `${at(4)} a4`]);
  await last.close();
});

it('Appended lines of all logs are followed, across rotations, also of a log that is new.', async () => {
  await using folder = await openFolder();
  const path = (name: string) => join(folder.path, `${name}.log`);
  await writeFile(path('a'), 'old\n');
  const logs = await openSet(folder.path, ['a'], { lines: 0 });
  expect(await logs.readLast(true)).toEqual([]);
  const stop = new AbortController();
  const seen: string[] = [];
  const steps: Readonly<Record<string, () => Promise<void>>> = {
    'a:first': async () => {
      await appendFile(path('a'), 'second\n');
      await rename(path('a'), `${path('a')}.1`);
      await writeFile(path('a'), 'third\n');
    },
    'a:third': () => writeFile(path('b'), 'fourth\nfifth\n'),
    'b:fifth': () => {
      stop.abort();
      return Promise.resolve();
    },
  };
  await appendFile(path('a'), 'first\n');
  const discover = async () => {
    if (!logs.has('b')) await logs.open('b', path('b'));
  };
  for await (const { service, line } of logs.follow(stop.signal, discover)) {
    seen.push(`${service}:${line}`);
    await steps[`${service}:${line}`]?.();
  }
  expect(seen).toEqual(['a:first', 'a:second', 'a:third', 'b:fourth', 'b:fifth']);
  await logs.close();
});

it('A log that is missing is refused.', async () => {
  await using folder = await openFolder();
  await expect(openSet(folder.path, ['a'], { lines: 1 })).rejects.toMatchObject({
    code: 'SVC_LOG_UNREADABLE',
  });
});
