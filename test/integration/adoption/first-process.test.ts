// A provider as the first process of a container handles signals and leaves no processes behind.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/package.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { isRunning, readProc } from '../../helpers/processes.js';
import { spawnProgram } from '../../helpers/program.js';
import { needs, tool } from '../../helpers/requirements.js';
import { openProject } from '../../helpers/project.js';

expectNoLeftovers();

const OWN_PIDS = ['--pid', '--fork', '--mount-proc'];

test(
  'As PID 1 it ends with all services on SIGTERM, with code 0.',
  needs('a process namespace'),
  async () => {
    await using project = await openProject([
      { id: 'ts_1', instance: 'Forever' },
      { id: 'ts_2', instance: 'SpawnsGrandchild' },
      { id: 'ts_3', instance: 'IgnoresStop', supervision: { stop_timeout_s: 0.5 } },
    ]);
    const program = join(packageRoot, 'dist', 'tools', 'service_context.js');
    await using container = spawnProgram(
      tool('unshare'),
      ...OWN_PIDS,
      process.execPath,
      program,
      project.file,
      '--start',
      '--json',
    );
    await container.out.waitFor((line) => line.includes('"kind":"answer"'));
    await container.out.waitFor((line) => line.includes('"grandchild"'));
    const pids = project.processes().map(({ pid }) => pid);
    expect(pids).toHaveLength(4);
    const first = Number(readProc(container.child.pid!, `task/${container.child.pid}/children`));
    expect(readProc(first, 'status')).toMatch(/^NSpid:\t\d+\t1$/m);
    process.kill(first, 'SIGTERM');
    expect(await container.ended).toEqual({ code: 0, signal: null });
    expect(pids.some(isRunning)).toBe(false);
    expect(container.err.items).toEqual([]);
    const notices = container.out.items.map((line) => JSON.parse(line) as { readonly kind: string });
    expect(notices.at(-1)).toMatchObject({ kind: 'closed', isDetached: false });
    expect(project.journal().transactions).toEqual([]);
  },
);
