// What a service writes, and where it can be read: across rotations, past the log, and on a full disk.

import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { readLog } from '../../../src/client/read-log.js';
import { logsReplySchema } from '../../../src/messages/logs.js';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { isRunning } from '../../helpers/processes.js';
import { openProvider, type TestProvider } from '../../helpers/provider.js';

expectNoLeftovers();

const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \w+ +/;

const folderOf = ({ folder }: TestProvider) => join(folder, '.contextd', 'context001', 'logs', 'T1');

async function readLines(path: string, lines = 1_000_000): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const line of readLog(path, { lines })) all.push(line);
  return all;
}

test('A service that floods its log keeps the newest lines, in at most five files of the size.', async () => {
  const supervision = { log_max_kb: 16 };
  await using test = await openProvider([
    { id: 'ts_1', instance: 'Floods', configuration: { count: 20_000 }, supervision },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  await test.provider.execute('start', 'T1');
  await observer.waitForEvent('ts_1', 'exited');
  const folder = folderOf(test);
  const files = readdirSync(folder).filter((name) => name.startsWith('ts_1.log'));
  expect(files.sort()).toEqual(['ts_1.log', ...[1, 2, 3, 4].map((number) => `ts_1.log.${number}`)]);
  for (const name of files) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(16 * 1024);
  const lines = (await readLines(join(folder, 'ts_1.log'))).map((line) => line.replace(STAMP, ''));
  const numbered = lines.filter((line) => line.startsWith('line '));
  const first = 20_000 - numbered.length;
  expect(numbered).toEqual(numbered.map((_, index) => `line ${first + index} äöü€`));
  expect(numbered.length).toBeGreaterThan(1500);
  expect(statSync(join(folder, 'ts_1.out')).size).toBe(0);
});

test('A follower of a log gets every line once, across all rotations, while it is written.', async () => {
  const supervision = { log_max_kb: 8, log_files: 1000 };
  await using test = await openProvider([
    { id: 'ts_1', instance: 'Floods', configuration: { count: 20_000 }, supervision },
  ]);
  await test.provider.execute('start', 'T1');
  const stop = new AbortController();
  const seen: string[] = [];
  const path = join(folderOf(test), 'ts_1.log');
  for await (const line of readLog(path, { lines: 1_000_000, follow: stop.signal })) {
    seen.push(line.replace(STAMP, ''));
    if (seen.at(-1) === 'the end') stop.abort();
  }
  const numbered = seen.filter((line) => line.startsWith('line '));
  expect(numbered).toEqual(Array.from({ length: 20_000 }, (_, index) => `line ${index} äöü€`));
  expect(statSync(`${path}.50`).size).toBeGreaterThan(0);
});

test('Everything that a task prints is in its log, raw; what it logs has a time and a level.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'Prints' }]);
  await using observer = await observeBus(test.provider.endpoints);
  await test.provider.execute('start', 'T1');
  await observer.waitForEvent('ts_1', 'exited');
  const lines = await readLines(join(folderOf(test), 'ts_1.log'));
  const own = ['console.log 1', 'console.error', 'stdout, in two parts', 'ä', 'corked lines', 'piped'];
  expect(lines.slice(0, 7)).toEqual([...own, 'written back']);
  expect(lines.filter((line) => line.includes('a warning of node'))).toHaveLength(1);
  const logged = lines.findIndex((line) => line.endsWith('info  logged'));
  expect(lines[logged]).toMatch(STAMP);
  expect([lines[logged - 1], ...lines.slice(logged + 1, logged + 3)]).toEqual([
    'without an end',
    'many',
    'lines',
  ]);
});

test('What goes past the log lands beside it, and is kept small while the service runs.', async () => {
  const supervision = { log_max_kb: 16, stop_timeout_s: 1 };
  await using test = await openProvider([
    { id: 'ts_1', instance: 'PastTheLog', supervision },
    { id: 'ts_2', instance: 'PastTheLog', configuration: { flood: 200_000 }, supervision },
  ]);
  await test.provider.execute('start', 'T1');
  const folder = folderOf(test);
  expect(readFileSync(join(folder, 'ts_1.out'), 'utf8')).toBe('from native code\nfrom a grandchild\n');
  expect(readFileSync(join(folder, 'ts_1.log'), 'utf8')).toMatch(/this is in the log\n$/);
  await eventually(() => statSync(join(folder, 'ts_2.out')).size === 0, 'a shorter file');
  expect(statSync(join(folder, 'ts_2.out.1')).size).toBe(16 * 1024);
});

test('On a full disk a service loses log lines and keeps running; a warning and the log itself report the loss.', async () => {
  await using test = await openProvider([
    { id: 'ts_1', instance: 'Talks', supervision: { heartbeat_s: 0.1 } },
  ]);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  const pid = status.services[0]!.pid!;
  const log = join(folderOf(test), 'ts_1.log');
  await eventually(() => statSync(log).size > 0, 'a line');
  const limit = (bytes: string) => execa('prlimit', ['--pid', String(pid), `--fsize=${bytes}`]);
  await limit('0:unlimited');
  const warning = await test.notices.waitFor(({ kind }) => kind === 'warning');
  expect(warning).toMatchObject({
    text: expect.stringMatching(/^ts_1 in T1 cannot write its log: \d+ lines lost so far, EFBIG$/) as string,
  });
  const ask = async () =>
    logsReplySchema.parse(await client.request('T1', { action: 'logs', serviceId: 'ts_1' }));
  const { files, out, lost } = await ask();
  expect({ files, out }).toEqual({ files: [log], out: log.replace(/log$/, 'out') });
  expect(lost).toMatchObject({ code: 'EFBIG' });
  expect(await client.request('T1')).toMatchObject({
    tasks: [{ pid, status: 'started', log_lines_lost: expect.any(Number) as number }],
  });
  await limit('unlimited:unlimited');
  const isReported = async () => (await readLines(log)).some((line) => line.includes('lines lost'));
  await eventually(isReported, 'the loss in the log');
  const lines = await readLines(log);
  const at = lines.findIndex((line) => line.includes('lines lost'));
  const [, count] = /warn {2}(\d+) lines lost: EFBIG$/.exec(lines[at]!)!;
  const numberOf = (line: string | undefined) => Number(line?.slice('line '.length));
  expect(numberOf(lines[at + 1]) - numberOf(lines[at - 1])).toBe(Number(count) + 1);
  expect(isRunning(pid)).toBe(true);
});
