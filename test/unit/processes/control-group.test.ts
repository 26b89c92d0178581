import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createUniqueId } from '../../../src/base/ids.js';
import {
  createControlGroup,
  findControlGroups,
  freezeControlGroup,
  listControlGroup,
  locateControlGroup,
  locateGroupOfOwner,
  removeEmptyGroups,
} from '../../../src/processes/control-group.js';
import { killTree } from '../../../src/processes/kill-tree.js';
import { findFreezer } from '../../helpers/freezer.js';
import { needs } from '../../helpers/requirements.js';

const freezer = findFreezer();

describe.each([
  ['that this machine prefers', 'control groups', findControlGroups()],
  ['of version 1', 'a freezer', freezer],
] as const)('the control group of a run, one %s', (_which, need, base) => {
  it(
    'is found by a process in it, and is killed and removed with all its processes',
    needs(need),
    async () => {
      const owner = createUniqueId();
      const token = `${owner}/T1/ts_1/1/X`;
      const path = createControlGroup(base!, token)!;
      const child = spawn('sleep', ['600'], { stdio: 'ignore', env: {} });
      const exited = once(child, 'exit');
      writeFileSync(join(path, 'cgroup.procs'), String(child.pid));
      expect(listControlGroup(path)).toEqual([child.pid]);
      expect(locateControlGroup(child.pid!, token)).toBe(path);
      expect(locateControlGroup(child.pid!, `${owner}/T1/ts_1/2/X`)).toBeUndefined();
      expect(locateGroupOfOwner(child.pid!, owner)).toBe(path);
      removeEmptyGroups(base!, owner);
      expect(existsSync(path)).toBe(true);
      expect(await killTree({ token, controlGroup: path })).toEqual({
        killed: [expect.stringMatching(new RegExp(`^${child.pid} `))],
        left: [],
      });
      await exited;
      removeEmptyGroups(base!, owner);
      expect(existsSync(path)).toBe(false);
    },
  );
});

it(
  'a process that forks in a loop is killed in a frozen group of version 1',
  needs('a freezer'),
  async () => {
    const token = `${createUniqueId()}/T1/ts_1/1/X`;
    const path = createControlGroup(freezer!, token)!;
    const child = spawn(
      'sh',
      ['-c', 'echo 0 > "$0/cgroup.procs"; echo in; while :; do sh -c "sleep 5 &"; done', path],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    const exited = once(child, 'exit');
    await once(child.stdout, 'data');
    freezeControlGroup(path, true);
    expect(readFileSync(join(path, 'freezer.state'), 'utf8')).toMatch(/^FR(EEZING|OZEN)\n$/);
    freezeControlGroup(path, false);
    expect(readFileSync(join(path, 'freezer.state'), 'utf8')).toBe('THAWED\n');
    expect((await killTree({ token, controlGroup: path })).left).toEqual([]);
    await exited;
    expect(existsSync(path)).toBe(false);
  },
);
