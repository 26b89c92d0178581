// conf_command --action=top, compared with /proc and ps.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { topReplySchema } from '../../src/messages/samples.js';
import { testConfiguration } from '../helpers/context.js';
import { openFolder } from '../helpers/folder.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { startProgram } from '../helpers/program.js';
import { writeContextFile } from '../helpers/xml.js';
import { needs, tool } from '../helpers/requirements.js';

expectNoLeftovers();

async function openContext() {
  const folder = await openFolder();
  const [front = '', back = ''] = ['front', 'back'].map((name) => `ipc://${folder.path}/${name}`);
  const binds = { FrontBind: front, BackendEndpoint: front, BackendBind: back, FrontEndEndpoint: back };
  const services = [
    { id: 'ts_1', instance: 'SpawnsGrandchild' },
    { id: 'ts_2', instance: 'Forever', entry: 'on_exit' },
  ] as const;
  const file = await writeContextFile(folder.path, testConfiguration(services, binds));
  const provider = startProgram('service_context', file, '--start', '--transaction=T1', '--json');
  await provider.out.waitFor((line) => line.includes('"answer"'));
  await provider.out.waitFor((line) => line.includes('"grandchild"'));
  const run = async (...flags: readonly string[]) => {
    await using program = startProgram('conf_command', `--context_file=${file}`, '--action=top', ...flags);
    const { code } = await program.ended;
    return { code, lines: program.out.items, errors: program.err.items };
  };
  return {
    front,
    run,
    folder: folder.path,
    [Symbol.asyncDispose]: async () => {
      provider.child.kill('SIGINT');
      await provider.ended;
      await folder[Symbol.asyncDispose]();
    },
  };
}

test('The table and the JSON agree with ps and /proc.', needs('ps'), async () => {
  await using context = await openContext();
  const { code, lines } = await context.run('--service_name=state');
  expect(code).toBe(0);
  const words = lines.map((line) => line.split(/ +/));
  expect(words[0]!.join(' ')).toBe('service pid state cpu% rss vms thr fds chld uptime restarts');
  const [id, pid, state, , rss, , threads] = words[1]!;
  expect([id, state]).toEqual(['ts_1', 'started']);
  const ps = execFileSync(tool('ps'), ['-o', 'rss=,nlwp=', '-p', pid!], { encoding: 'utf8' })
    .trim()
    .split(/ +/);
  const child = execFileSync(tool('ps'), ['-o', 'rss=,nlwp=', '--ppid', pid!], { encoding: 'utf8' })
    .trim()
    .split(/ +/);
  // In MiB; the table is that of the whole tree.
  const resident = (Number(ps[0]) + Number(child[0])) / 1024;
  expect(parseFloat(rss!) / resident).toBeCloseTo(1, 1);
  expect(Number(threads)).toBe(Number(ps[1]) + Number(child[1]));
  expect(words[2]!.slice(0, 3)).toEqual(['ts_2', '-', 'defined']);
  expect(words[3]!.slice(0, 3)).toEqual(['total', '1', 'up']);
  expect(lines.every((line) => line.length <= 80)).toBe(true);

  const json = await context.run('--json', '--task_id=ts_1');
  const [entry, ...more] = topReplySchema.parse(JSON.parse(json.lines.join('\n')));
  expect(more).toEqual([]);
  expect(entry).toMatchObject({ service_id: 'ts_1', pid: Number(pid), status: 'started', restarts: 0 });
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  expect(entry!.memory!.rss / (Number(kib) / 1024)).toBeCloseTo(1, 1);
  expect(entry!.memory!.children).toMatchObject([{ name: 'sleep' }]);
});

test('Connections, files and maps are listed below the table.', async () => {
  await using context = await openContext();
  const { code, lines } = await context.run(
    '--task_id=ts_1',
    '--open_connections',
    '--opened_files',
    '--memory_maps',
  );
  expect(code).toBe(0);
  const titles = lines
    .filter((line) => /^ts_1 .*\(\d+\)$/.test(line))
    .map((line) => line.replace(/ \(.*/, ''));
  expect(titles).toEqual(['ts_1 connections', 'ts_1 opened files', 'ts_1 memory maps']);
  expect(lines.some((line) => line.endsWith('/ts_1.log'))).toBe(true);
  expect(lines.some((line) => line.endsWith('[heap]'))).toBe(true);
});

test('--use_service starts the Monitor and prints where it publishes.', async () => {
  await using context = await openContext();
  const endpoint = `ipc://${context.folder}/figures`;
  const { code, lines } = await context.run(
    '--use_service',
    '--service_freq=0.5',
    `--service_endpoint=${endpoint}`,
  );
  expect(code).toBe(0);
  expect(lines.some((line) => /^monitor +\d+ started/.test(line))).toBe(true);
  expect(lines.at(-1)).toBe(`published every 0.5 s at ${endpoint}`);
});

test.each([
  [['--use_service'], '--use_service needs --service_endpoint'],
  [['--service_endpoint=tcp://127.0.0.1:6789'], '--service_endpoint can only be used with --use_service'],
  [
    ['--use_service', '--service_endpoint=tcp://127.0.0.1:6789', '--service_freq=0'],
    'expected a number of seconds from 0.1 up to 86400',
  ],
  [['--action=list', '--memory_maps'], '--memory_maps can only be used with --action=top'],
])('Flags that cannot be combined are rejected: %j', async (flags, message) => {
  const action = flags.some((flag) => flag.startsWith('--action')) ? [] : ['--action=top'];
  await using program = startProgram('conf_command', ...action, ...flags);
  expect((await program.ended).code).toBe(2);
  expect(program.err.items.join('\n')).toContain(message);
});

test('The error about an unknown service lists the existing ones.', async () => {
  await using context = await openContext();
  const { code, errors } = await context.run('--task_id=ts_9');
  expect(code).toBe(1);
  expect(errors.join('\n')).toContain('its services are ts_1, ts_2');
});
