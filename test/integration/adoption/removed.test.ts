// Removed files and a full disk under a running provider: it recreates the files, reports faults, and can be replaced.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/package.js';
import { listProviders } from '../../../src/bus/registry.js';
import { Client } from '../../../src/client/client.js';
import { newestFiles, readJournal } from '../../../src/journal/journal.js';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { isRunning } from '../../helpers/processes.js';
import { startProgram } from '../../helpers/program.js';
import { openProject, TRANSACTION } from '../../helpers/project.js';
import { needs, tool } from '../../helpers/requirements.js';

expectNoLeftovers();

const services = [
  { id: 'ts_1', instance: 'Forever' },
  { id: 'ts_2', instance: 'Forever' },
];

test('A removed state folder is recreated: it keeps out a second provider, and the next one adopts.', async () => {
  await using project = await openProject(services);
  const first = await project.startProvider();
  await first.command('start');
  await rm(project.stateFolder, { recursive: true });
  await eventually(() => first.warnings().includes('the journal files is in order again'), 'it is written');
  await eventually(() => first.warnings().includes('the lock is in order again'), 'it is locked');
  await first.command('restart', 'ts_2');
  await using rival = startProgram('service_context', project.file);
  expect((await rival.ended).code).toBe(1);
  const before = await first.tasks();
  await first.kill();
  const second = await project.startProvider();
  for (const id of ['ts_1', 'ts_2'])
    expect((await second.tasks())[id]).toMatchObject({ pid: before[id]!.pid, run: before[id]!.run });
});

test('A removed registry entry is recreated.', async () => {
  await using project = await openProject(services);
  const provider = await project.startProvider();
  const { pid } = provider.program.child;
  const own = async () => (await listProviders()).filter((each) => each.pid === pid);
  await eventually(async () => (await own()).length === 1, 'it is registered');
  const folder = join(process.env.XDG_RUNTIME_DIR ?? '/tmp', `contextd-${process.getuid!()}`);
  for (const name of await readdir(folder)) if (name.startsWith(`${pid}-`)) await rm(join(folder, name));
  await eventually(async () => (await own()).length === 1, 'it is registered again');
});

test('While the journal cannot be written, list reports it and starts are refused.', async () => {
  await using project = await openProject(services);
  const provider = await project.startProvider();
  await provider.command('start', 'ts_1');
  const { full: whole, changes } = newestFiles(project.stateFolder);
  for (const path of [whole, changes]) {
    await rm(path);
    await mkdir(join(path, 'in the way'), { recursive: true });
  }
  const list = async () => (await provider.client.command({ action: 'list' })).status;
  const fault = await eventually(
    async () => (await list()).faults?.find(({ code }) => code === 'CTX_JOURNAL_UNWRITABLE'),
    'list reports it',
  );
  expect(fault.message).toContain(`the journal in ${project.stateFolder} cannot be written: `);
  await using listing = startProgram(
    'conf_command',
    '--action=list',
    `--endpoint=${project.endpoints.publish}`,
  );
  expect((await listing.ended).code).toBe(1);
  expect(listing.err.items.join()).toContain('error CTX_JOURNAL_UNWRITABLE: the journal in ');
  const start = { action: 'start', transaction: TRANSACTION, serviceId: 'ts_2', messageId: 'later' };
  expect((await provider.client.command(start)).status.error?.code).toBe('CTX_JOURNAL_UNWRITABLE');
  expect((await provider.command('stop', 'ts_1'))[0]).toMatchObject({ state: 'stopped' });
  for (const path of [whole, changes]) await rm(path, { recursive: true });
  await eventually(async () => (await list()).faults === undefined, 'it is written again');
  // The refused command was not executed, so it can be sent again unchanged.
  expect((await provider.client.command(start)).status.result).toBe('success');
  expect(project.journal().transactions[0]!.services.map(({ status }) => status)).toEqual([
    'stopped',
    'started',
  ]);
});

test(
  'On a full disk the next provider adopts and does not repeat answered commands.',
  needs('a mount namespace'),
  async () => {
    await using project = await openProject(services);
    await mkdir(project.stateFolder, { recursive: true });
    // A separate process holds the mount namespace of both providers.
    const holder = spawn(
      tool('unshare'),
      [
        '-m',
        'bash',
        '-c',
        `mount -t tmpfs -o size=300k,mode=700 tmpfs '${project.stateFolder}' && echo there && exec cat`,
      ],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    const gone = once(holder, 'exit');
    await once(holder.stdout, 'data');
    const program = join(packageRoot, 'dist', 'tools', 'service_context.js');
    const folder = `/proc/${holder.pid}/root${project.stateFolder}`;
    const left: (() => Promise<void>)[] = [];
    const open = async () => {
      const child = spawn(
        'nsenter',
        ['-t', String(holder.pid), '-m', process.execPath, program, project.file],
        {
          stdio: 'ignore',
        },
      );
      const ended = once(child, 'exit');
      const client = await Client.connect(project.endpoints, { timeoutMs: 20_000 });
      const end = async (signal: NodeJS.Signals) => {
        await client.close();
        child.kill(signal);
        await ended;
      };
      left.push(() => end('SIGKILL'));
      return { client, end };
    };
    try {
      const first = await open();
      const start = { action: 'start', transaction: TRANSACTION };
      const pids = (await first.client.command(start)).status.services.map(({ pid }) => pid!);
      // Fill the disk like `cp`: until a write fails.
      await writeFile(join(folder, 'ballast'), Buffer.alloc(400_000)).catch(() => undefined);
      const restart = { action: 'restart', transaction: TRANSACTION, serviceId: 'ts_2' };
      // The reserve is for running commands; no more commands begin then.
      const send = (count: number) => first.client.command({ ...restart, messageId: `m${count}` });
      let count = 0;
      let [last, next] = [await send(0), await send(1)];
      for (; next.status.result === 'success'; count += 1) {
        expect(count).toBeLessThan(100);
        [last, next] = [next, await send(count + 2)];
      }
      expect(next.status.error?.code).toBe('CTX_JOURNAL_UNWRITABLE');
      await first.end('SIGKILL');
      const second = await open();
      expect(await second.client.command({ ...restart, messageId: `m${count}` })).toEqual(last);
      const { status } = await second.client.command({ action: 'list' });
      expect(status.transactions![0]!.services).toMatchObject([
        { service_id: 'ts_1', state: 'started', pid: pids[0] },
        { service_id: 'ts_2', state: 'started', pid: last.status.services[0]!.pid },
      ]);
      await rm(join(folder, 'ballast'));
      const isMended = async () =>
        (await second.client.command({ action: 'list' })).status.faults === undefined;
      await eventually(isMended, 'there is room again');
      expect(readJournal(folder)).toMatchObject({ fault: undefined });
      await second.end('SIGTERM');
      expect(pids.some(isRunning)).toBe(false);
    } finally {
      for (const end of left) await end();
      holder.kill('SIGKILL');
      await gone;
    }
  },
);
