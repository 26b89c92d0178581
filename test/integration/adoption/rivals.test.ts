// One provider per context and folder, also with simultaneous starts; answers are never repeated differently.

import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/package.js';
import { eventually } from '../../helpers/eventually.js';
import { openFolder } from '../../helpers/folder.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { isRunning } from '../../helpers/processes.js';
import { spawnProgram, startProgram, WITH_TYPESCRIPT } from '../../helpers/program.js';
import { openProject, TRANSACTION } from '../../helpers/project.js';
import { freePorts } from '../../helpers/ports.js';
import { needs, tool } from '../../helpers/requirements.js';

expectNoLeftovers();

const services = [{ id: 'ts_1', instance: 'Forever' }];

test('A second provider of the context on other ports ends with CTX_JOURNAL_HELD and the pid of the first.', async () => {
  await using project = await openProject(services);
  const first = await project.startProvider();
  await first.command('start');
  const before = await first.tasks();
  const file = await project.write(services, await freePorts(2));
  await using second = startProgram('service_context', file, '--start');
  expect(await second.ended).toEqual({ code: 1, signal: null });
  expect(second.err.items[0]).toBe(
    `error CTX_JOURNAL_HELD: context context001 in ${project.stateFolder} is already run by the provider with pid ${first.program.child.pid}`,
  );
  expect((await first.tasks()).ts_1).toMatchObject({ status: 'started', pid: before.ts_1!.pid });
});

test('A provider ends with its services when another one has taken its removed state folder.', async () => {
  await using project = await openProject(services);
  const first = await project.startProvider();
  await first.command('start');
  const { pid } = (await first.tasks()).ts_1!;
  // Stopped, so that it cannot recreate its files first.
  first.program.child.kill('SIGSTOP');
  await rm(project.stateFolder, { recursive: true });
  const file = await project.write(services, await freePorts(2), 'Context-Other.xml');
  await using second = startProgram('service_context', file, '--json');
  await second.out.waitFor((line) => line.includes('"kind":"ready"'));
  first.program.child.kill('SIGCONT');
  expect(await first.program.ended).toEqual({ code: 0, signal: null });
  expect(first.warnings()).toContain(
    `in ${project.stateFolder} is already run by the provider with pid ${second.child.pid}`,
  );
  await eventually(() => !isRunning(pid!), 'its service has ended');
  expect(project.processes()).toEqual([]);
  const third = await project.write(services, await freePorts(2), 'Context-Third.xml');
  await using last = startProgram('service_context', third);
  expect((await last.ended).code).toBe(1);
  expect(last.err.items[0]).toContain(`with pid ${second.child.pid}`);
});

test('Of two providers that start at the same time exactly one continues.', async () => {
  await using project = await openProject(services);
  const files = await Promise.all([
    project.write(services),
    project.write(services, await freePorts(2), 'Context-Other.xml'),
  ]);
  const rivals = files.map((file) => startProgram('service_context', file, '--json', '--start'));
  try {
    const loser = await Promise.race(rivals.map(async (each) => ({ each, end: await each.ended })));
    const winner = rivals.find((each) => each !== loser.each)!;
    expect(loser.end.code).toBe(1);
    expect(loser.each.err.items.join()).toContain('CTX_JOURNAL_HELD');
    await winner.out.waitFor((line) => line.includes('"kind":"answer"'));
    expect(project.processes()).toHaveLength(1);
    winner.child.kill('SIGTERM');
    expect(await winner.ended).toEqual({ code: 0, signal: null });
  } finally {
    for (const each of rivals) await each[Symbol.asyncDispose]();
  }
});

test.each([
  ['nothing', undefined],
  ['the entry of a provider that is dead', '1 1 elsewhere provider.gone.sock'],
  ['an entry that makes no sense', '../no/such'],
])('Of many who reach for the lock at once, over %s, exactly one gets it.', async (_what, left) => {
  await using folder = await openFolder();
  for (let round = 0; round < 3; round += 1) {
    const place = join(folder.path, String(round));
    await mkdir(place);
    if (left !== undefined) await symlink(left, join(place, 'provider.1.lock'));
    expect(await reach(6, place)).toEqual([...Array.from({ length: 5 }, () => 'CTX_JOURNAL_HELD'), 'mine']);
    const files = (await readdir(place)).filter((name) => name.startsWith('provider.'));
    // The socket of the holder remains: it was killed.
    expect(files.filter((name) => !name.endsWith('.sock'))).toEqual([
      left === undefined ? 'provider.1.lock' : 'provider.2.lock',
    ]);
    expect(files).toHaveLength(2);
  }
});

/** Like a container: other pids, another network, the same folder. */
const FLAGS = ['--pid', '--net', '--fork', '--mount-proc', '--kill-child'];
test(
  'Of many processes inside and outside containers exactly one gets the lock.',
  needs('a network namespace'),
  async () => {
    await using folder = await openFolder();
    for (let round = 0; round < 3; round += 1) {
      const place = join(folder.path, 'x'.repeat(100), String(round));
      await mkdir(place, { recursive: true });
      expect(await reach(6, place, [tool('unshare'), ...FLAGS])).toEqual([
        ...Array.from({ length: 5 }, () => 'CTX_JOURNAL_HELD'),
        'mine',
      ]);
    }
  },
);

test(
  'A provider in a container locks its folder until it is killed.',
  needs('a process namespace'),
  async () => {
    await using project = await openProject(services);
    const program = join(packageRoot, 'dist', 'tools', 'service_context.js');
    // A new network namespace has no loopback, so it shares this one; the others bind other ports.
    const inside = FLAGS.filter((flag) => flag !== '--net');
    const other = await project.write(services, await freePorts(2), 'Context-Other.xml');
    await using container = spawnProgram(
      tool('unshare'),
      ...inside,
      process.execPath,
      program,
      project.file,
      '--json',
    );
    await container.out.waitFor((line) => line.includes('"kind":"ready"'));
    await using second = startProgram('service_context', other);
    expect((await second.ended).code).toBe(1);
    expect(second.err.items[0]).toMatch(/^error CTX_JOURNAL_HELD: .* with pid 1 in another container$/);
    container.child.kill('SIGKILL');
    await container.ended;
    await using third = startProgram('service_context', other, '--json');
    await third.out.waitFor((line) => line.includes('"kind":"ready"'));
  },
);

/** The outputs of `count` programs that try to get the lock at the same time and live until all have tried. */
async function reach(
  count: number,
  place: string,
  inside: readonly string[] = [],
): Promise<readonly string[]> {
  const script = `
    import { once } from 'node:events';
    import { existsSync, watch } from 'node:fs';
    const { acquireLock } = await import(${JSON.stringify(join(packageRoot, 'src/journal/lock.ts'))});
    const changes = watch(process.argv[1]);
    const gate = async (name) => {
      while (!existsSync(process.argv[1] + '/' + name)) await once(changes, 'change');
    };
    console.log('there');
    await gate('go');
    try { await acquireLock(process.argv[1], 'context001'); console.log('mine'); } catch (error) { console.log(error.code); }
    await gate('done');
    changes.close();`;
  const program = [process.execPath, ...WITH_TYPESCRIPT, '--input-type=module', '-e', script, place];
  const all = Array.from({ length: count }, (_, index) => {
    const [first = '', ...rest] = index % 2 === 0 ? [...inside, ...program] : program;
    return spawnProgram(first, ...rest);
  });
  await Promise.all(all.map(({ out }) => out.waitFor(() => true)));
  await writeFile(join(place, 'go'), '');
  const said = await Promise.all(all.map(({ out }) => out.waitFor((line) => line !== 'there')));
  await writeFile(join(place, 'done'), '');
  await Promise.all(all.map(({ ended }) => ended));
  return said.toSorted();
}

test('The next provider repeats the answer of a command without executing it again.', async () => {
  await using project = await openProject(services);
  const first = await project.startProvider();
  await first.command('start');
  const restart = { action: 'restart', transaction: TRANSACTION, serviceId: 'ts_1', messageId: 'once-only' };
  const answer = await first.client.command(restart);
  expect(answer.status.result).toBe('success');
  await first.kill();
  const second = await project.startProvider();
  expect(await second.client.command(restart)).toEqual(answer);
  expect((await second.tasks()).ts_1).toMatchObject({ run: 2, pid: answer.status.services[0]!.pid });
  const again = await second.client.command({ ...restart, messageId: 'another' });
  expect(again.status.result).toBe('success');
  expect((await second.tasks()).ts_1).toMatchObject({ run: 3 });
});
