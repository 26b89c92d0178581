// The output of a program: in its log, and as events from lines or JSON.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus, type BusObserver } from '../../helpers/bus-observer.js';
import { readServiceLog, shellService } from '../../helpers/program-services.js';
import { openProvider } from '../../helpers/provider.js';
import { needs } from '../../helpers/requirements.js';

expectNoLeftovers();

interface Update {
  readonly header: { readonly action: string; readonly seq: number };
  readonly content: { readonly status: Readonly<Record<string, unknown>> };
}

/** The items of all `updated` events, without the common fields. */
function itemsOf(observer: BusObserver): readonly Readonly<Record<string, unknown>>[] {
  return observer.seen.items.flatMap((each) => {
    if (each.kind !== 'message' || each.message.kind !== 'service_event') return [];
    const { header, content } = each.body as Update;
    if (header.action !== 'updated') return [];
    const own = new Set(['result', 'device_action', 'pid']);
    return [Object.fromEntries(Object.entries(content.status).filter(([key]) => !own.has(key)))];
  });
}

test('By default all output of a program is in its log and none in events.', async () => {
  await using test = await openProvider([
    shellService('ts_1', 'echo one; echo two >&2; printf "a\\000b\\n\\377\\n"; printf "no end"'),
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await observer.waitForEvent('ts_1', 'exited');
  const lines = readServiceLog(test, 'ts_1').split('\n');
  expect([...lines].sort()).toEqual(['a\0b', 'no end', 'one', 'two', '\ufffd'].sort());
  expect(itemsOf(observer)).toEqual([]);
});

test('Standard output and standard error are logged in the order of writing.', async () => {
  const script = 'i=0; while [ $i -lt 500 ]; do i=$((i+1)); echo "out $i"; echo "err $i" >&2; done';
  await using test = await openProvider([shellService('ts_1', script)]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await observer.waitForEvent('ts_1', 'exited');
  const expected = Array.from({ length: 500 }, (_, index) => `out ${index + 1}\nerr ${index + 1}\n`);
  expect(readServiceLog(test, 'ts_1')).toBe(expected.join(''));
});

async function openByName(command: Readonly<Record<string, unknown>>): Promise<void> {
  const script = 'echo one > /dev/stdout; echo two > /dev/stderr; echo three >> /dev/fd/2; sleep 1000';
  await using test = await openProvider([shellService('ts_1', script, command)]);
  const client = await test.client();
  const starting = client.command({ action: 'start', transaction: 'T1' });
  await eventually(() => readServiceLog(test, 'ts_1').includes('three'), 'all is printed');
  expect(readServiceLog(test, 'ts_1').split('\n').sort()).toEqual(['', 'one', 'three', 'two']);
  await client.command({ action: 'stop', transaction: 'T1' });
  await starting;
}

test.each([{}, { events: 'lines' }, { ready: 'heartbeat' }])(
  'A program can open its outputs by their names: %j.',
  (command) => openByName(command),
);

test('A program of another user can open its outputs by name.', needs('another user'), () =>
  openByName({ user: 'nobody', cwd: '/' }),
);

test.each([{}, { events: 'lines' }, { ready: 'heartbeat' }])(
  'Last words without a line end are in the log while the program runs, and stay there when it is killed: %j.',
  async (command) => {
    const script = `trap '' TERM; echo first; printf 'last words'; while :; do sleep 0.1; done`;
    const supervision = { stop_timeout_s: 0.2 };
    await using test = await openProvider([shellService('ts_1', script, command, { supervision })]);
    const client = await test.client();
    const starting = client.command({ action: 'start', transaction: 'T1' });
    await eventually(() => readServiceLog(test, 'ts_1').endsWith('first\nlast words'), 'they are there');
    await client.command({ action: 'stop', transaction: 'T1' });
    await starting;
    expect(readServiceLog(test, 'ts_1')).toMatch(/^first\nlast words(?:\n|$)/);
  },
);

test('A line that is printed in parts is complete in the log and in its event, also with other output in between.', async () => {
  const wait = (name: string) => `while ! [ -e ${name} ]; do sleep 0.05; done`;
  const script = `printf 'one '; ${wait('a')}; echo between >&2; ${wait('b')}; echo line; printf 'two '; ${wait('c')}; echo lines`;
  await using test = await openProvider([shellService('ts_1', script, { events: 'lines' })]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const has = (text: string) =>
    eventually(() => readServiceLog(test, 'ts_1') === text, `the log is ${JSON.stringify(text)}`);
  await client.command({ action: 'start', transaction: 'T1' });
  await has('one ');
  writeFileSync(join(test.folder, 'a'), '');
  await has('one \nbetween\n');
  writeFileSync(join(test.folder, 'b'), '');
  await has('one \nbetween\none line\ntwo ');
  writeFileSync(join(test.folder, 'c'), '');
  await observer.waitForEvent('ts_1', 'exited');
  await has('one \nbetween\none line\ntwo lines\n');
  expect(itemsOf(observer)).toEqual([{ line: 'one line' }, { line: 'two lines' }]);
});

test('The log of a program is rotated.', async () => {
  const supervision = { log_max_kb: 16, log_files: 3 };
  const script = 'i=0; while [ $i -lt 4000 ]; do i=$((i+1)); echo "line $i"; done; echo "the last"';
  await using test = await openProvider([shellService('ts_1', script, {}, { supervision })]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await observer.waitForEvent('ts_1', 'exited');
  const { files } = (await client.request('T1', { action: 'logs', serviceId: 'ts_1' })) as {
    readonly files: readonly string[];
  };
  expect(files).toHaveLength(3);
  const text = files.map((file) => readFileSync(file, 'utf8')).join('');
  expect(text).toMatch(/^line \d+\n/);
  expect(text.endsWith('line 4000\nthe last\n')).toBe(true);
  const numbers = [...text.matchAll(/^line (\d+)$/gm)].map((each) => Number(each[1]));
  expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index));
});

test('Each line on standard output becomes an event, in order, between started and the end.', async () => {
  const script = 'echo "before ready"; echo up; echo "not an event" >&2; echo "grüße"; printf last';
  const command = { ready: 'line', ready_line: '^up$', events: 'lines' };
  await using test = await openProvider([shellService('ts_1', script, command)]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await observer.waitForEvent('ts_1', 'exited');
  const lines = ['before ready', 'up', 'grüße', 'last'];
  expect(itemsOf(observer)).toEqual(lines.map((line) => ({ line })));
  expect(observer.events()).toEqual([
    'created ts_1',
    'started ts_1',
    ...lines.map(() => 'updated ts_1'),
    'exited ts_1',
  ]);
});

test('A line with a JSON object becomes an event with its items and fires transitions; other lines are logged as warnings.', async () => {
  const script = String.raw`
    echo '{"temperature": 21.5, "unit": "C"}'
    echo 'no json'
    echo '[1, 2]'
    echo ''
    echo '{"pid": 1, "result": "failure", "reason": 7, "error": 0, "__proto__": {"x": 1}, "kept": {"deep": [null]}}'
    exec sleep 1000`;
  await using test = await openProvider([
    shellService('ts_1', script, { events: 'json' }, { transitions: { on_update: 'start ts_2' } }),
    shellService('ts_2', 'exec sleep 1000', {}, { entry: 'on_update' }),
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  await observer.waitForEvent('ts_2', 'started');
  await eventually(() => itemsOf(observer).length >= 2, 'both events are published');
  expect(itemsOf(observer)).toEqual([{ temperature: 21.5, unit: 'C' }, { kept: { deep: [null] } }]);
  const updated = await observer.waitForEvent('ts_1', 'updated');
  expect(updated.content.status).toMatchObject({
    result: 'success',
    device_action: 'test_action',
    pid: status.services[0]!.pid,
  });
  const log = readServiceLog(test, 'ts_1');
  expect(log).toContain('{"temperature": 21.5, "unit": "C"}\n');
  expect(log).toContain('\nno json\n');
  expect(log).toMatch(/warn {2}lines ignored, not a JSON object: 1 \{"for_example":"no json"\}/);
  expect(log).toMatch(/warn {2}items ignored, their names are reserved: 1 \{"for_example":"pid"\}/);
});

test('A flood of lines is complete in the log and limited as events, and the provider still replies.', async () => {
  const script = 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo $i; done; exec sleep 1000';
  await using test = await openProvider([shellService('ts_1', script, { events: 'lines' })]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await eventually(() => /^20000$/m.test(readServiceLog(test, 'ts_1')), 'all is printed');
  const { status } = await client.command({ action: 'stop', transaction: 'T1' });
  expect(status.services).toMatchObject([{ state: 'stopped' }]);
  const log = readServiceLog(test, 'ts_1').split('\n');
  const published = itemsOf(observer).length;
  const dropped = log
    .flatMap((line) => /lines dropped, too many for events: (\d+)/.exec(line)?.[1] ?? [])
    .map(Number);
  expect(log.filter((line) => /^\d+$/.test(line))).toHaveLength(20_000);
  expect(published).toBeGreaterThanOrEqual(1000);
  expect(published).toBeLessThan(20_000);
  expect(published + dropped.reduce((sum, each) => sum + each, 0)).toBe(20_000);
});

test('An endless line uses no memory and does not affect other lines.', async () => {
  const script = String.raw`head -c 300000 /dev/zero | tr '\0' x; printf '\nshort\n'`;
  await using test = await openProvider([shellService('ts_1', script, { events: 'lines' })]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await observer.waitForEvent('ts_1', 'exited');
  expect(itemsOf(observer)).toEqual([{ line: 'short' }]);
  expect(readServiceLog(test, 'ts_1')).toBe(`${'x'.repeat(300_000)}\nshort\n`);
});
