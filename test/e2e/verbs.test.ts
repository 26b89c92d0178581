// contextd start, stop, restart, reload and logs with several services.

import { appendFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { eventually } from '../helpers/eventually.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { openVerbs, type ShownService, type Verbs } from '../helpers/verbs.js';

expectNoLeftovers();
// Each test runs many programs, one after the other.
vi.setConfig({ testTimeout: 180_000 });

const THREE = ['a', 'b', 'c'].map((id) => ({ id, instance: 'Forever' }));

async function states(verbs: Verbs): Promise<Readonly<Record<string, string>>> {
  const services = await verbs.json<readonly ShownService[]>('ps');
  return Object.fromEntries(services.map(({ service_id: id, state }) => [id, state]));
}

async function pids(verbs: Verbs): Promise<Readonly<Record<string, number | null>>> {
  const services = await verbs.json<readonly ShownService[]>('ps');
  return Object.fromEntries(services.map(({ service_id: id, pid }) => [id, pid]));
}

test('start, stop and restart act on the services that are named, or on all.', async () => {
  await using verbs = await openVerbs(...THREE);
  await verbs.contextd('up', '-d');
  const stopped = await verbs.contextd('stop', 'a', 'b');
  expect(stopped).toMatchObject({ exitCode: 0, stderr: '' });
  expect(stopped.stdout).toMatch(/^transaction .*\n {2}a +stopped.*\n {2}b +stopped.*$/);
  expect(await states(verbs)).toEqual({ a: 'stopped', b: 'stopped', c: 'started' });

  // One unknown name: nothing is done.
  expect(await verbs.contextd('start', 'a', 'x')).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: expect.stringMatching(/^error SVC_UNKNOWN: there is no service "x"\n {2}hint: /) as string,
  });
  expect(await states(verbs)).toMatchObject({ a: 'stopped' });

  expect((await verbs.contextd('start', 'a', 'b')).exitCode).toBe(0);
  const before = await pids(verbs);
  const restarted = await verbs.json<{ readonly services: readonly ShownService[] }>('restart', 'b', 'c');
  expect(restarted.services.map(({ service_id: id, state }) => [id, state])).toEqual([
    ['b', 'started'],
    ['c', 'started'],
  ]);
  const after = await pids(verbs);
  expect(after.a).toBe(before.a);
  expect([after.b === before.b, after.c === before.c]).toEqual([false, false]);

  // A running service is refused, the other one is started, and the exit code says so.
  await verbs.contextd('stop', 'a');
  const both = await verbs.contextd('start', 'a', 'b');
  expect(both.exitCode).toBe(1);
  expect(both.stderr).toMatch(/^error SVC_ALREADY_STARTED: /);
  expect(await states(verbs)).toEqual({ a: 'started', b: 'started', c: 'started' });

  expect((await verbs.contextd('stop')).exitCode).toBe(0);
  expect(await states(verbs)).toEqual({ a: 'stopped', b: 'stopped', c: 'stopped' });
  expect((await verbs.contextd('status')).exitCode).toBe(0);
  expect((await verbs.contextd('start')).exitCode).toBe(0);
  expect(await states(verbs)).toEqual({ a: 'started', b: 'started', c: 'started' });
  await verbs.contextd('down');
});

test('reload applies the file of the provider, or only the services that are named.', async () => {
  const file = 'conf/Context-Test.xml';
  await using verbs = await openVerbs(...THREE.map((each) => ({ ...each, configuration: { speed: 1 } })));
  await verbs.contextd('up', '-d');
  const before = await pids(verbs);
  await verbs.home.edit(file, (text) => text.replaceAll('<speed>1</speed>', '<speed>2</speed>'));
  const planned = await verbs.contextd('reload', '--dry_run');
  expect(planned.stdout).toMatch(/^ {2}changed +a \(.*\) b \(.*\) c \(.*\)$/m);
  expect(await pids(verbs)).toEqual(before);

  const named = await verbs.contextd('reload', 'a', 'b');
  expect(named).toMatchObject({ exitCode: 0, stderr: '' });
  expect(named.stdout).toMatch(
    /^ {2}changed +a \(.*\) b \(.*\)\n {2}unchanged +c\n {2}a +started.*\n {2}b +started/m,
  );
  const between = await pids(verbs);
  expect(between.c).toBe(before.c);
  expect(between.a).not.toBe(before.a);

  const rest = await verbs.contextd('reload');
  expect(rest.stdout).toMatch(/^ {2}changed +c \(.*\)\n {2}unchanged +a b$/m);
  expect(await verbs.contextd('reload', 'x')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('error SVC_UNKNOWN') as string,
  });
  expect((await verbs.contextd('validate')).stdout).toBe('the configuration is valid');
  await verbs.contextd('down');
});

test('logs prints the lines of all services by time; --since and --grep select; -f follows new services too.', async () => {
  await using verbs = await openVerbs(
    { id: 'one', instance: 'Logs' },
    { id: 'other', instance: 'Logs' },
    { id: 'talks', instance: 'Talks', entry: 'on_exit', configuration: { every_ms: 50 } },
  );
  await verbs.contextd('up', '-d', '--transaction=T1');
  await eventually(async () => {
    const { one, other } = await states(verbs);
    return one === 'exited' && other === 'exited';
  }, 'both have ended');
  const all = await verbs.contextd('logs');
  expect(all).toMatchObject({ exitCode: 0, stderr: '' });
  const lines = all.stdout.split('\n');
  expect(lines.every((line) => /^(one {2}|other) \| /.test(line))).toBe(true);
  expect(lines.filter((line) => line.startsWith('one')).length).toBeGreaterThan(5);
  const times = lines.flatMap((line) => /\| (\d{4}-\S+Z)/.exec(line)?.[1] ?? []);
  expect(times).toEqual(times.toSorted());
  expect((await verbs.contextd('logs', '--lines=3')).stdout.split('\n')).toEqual(lines.slice(-3));
  const one = await verbs.contextd('logs', 'one');
  expect(one.stdout).toMatch(/^\S+Z debug a detail$/m);
  const found = await verbs.contextd('logs', '--grep', 'a (doubt|fault)');
  expect(found.stdout.split('\n')).toHaveLength(4);
  expect(await verbs.contextd('logs', '--grep=(')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/^error CLI_USAGE: invalid value "\(" for --grep/) as string,
  });

  // The log of `one` is old, that of `other` is not.
  const logs = join(verbs.home.path, '.contextd/context001/logs/T1');
  await appendFile(join(logs, 'one.log'), '2001-01-01 12:00:00 long ago\nwithout a time\n');
  await utimes(join(logs, 'one.log'), 1e9, 1e9);
  const recent = await verbs.contextd('logs', '--since=1h', '--json');
  const shown = recent.stdout
    .split('\n')
    .map((line) => JSON.parse(line) as { service: string; line: string });
  expect(shown.map(({ line }) => line)).not.toContain('without a time');
  expect(shown.map(({ service }) => service)).toContain('other');

  await using following = verbs.home.start('contextd', 'logs', '-f', '--lines=1');
  const grep = '--grep=a doubt|line 1\\d';
  await using selected = verbs.home.start('contextd', 'logs', 'talks', 'other', '-f', grep);
  for (const { out } of [following, selected]) await out.waitFor(() => true);
  await verbs.contextd('start', 'talks');
  await following.out.waitFor((line) => line === 'talks | line 20');
  await selected.out.waitFor((line) => line === 'talks | line 15');
  const talks = following.out.items.filter((line) => line.startsWith('talks'));
  expect(talks.slice(0, 3)).toEqual(['talks | line 1', 'talks | line 2', 'talks | line 3']);
  expect(selected.out.items.slice(0, 2)).toEqual([
    expect.stringMatching(/^other \| \S+ warn {2}a doubt$/),
    'talks | line 10',
  ]);
  following.interrupt();
  selected.interrupt();
  expect(await following.ended).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await selected.ended).toMatchObject({ exitCode: 0, stderr: '' });
  await verbs.contextd('down');
});
