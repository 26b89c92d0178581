import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createUniqueId } from '../../../src/base/ids.js';
import {
  createControlGroup,
  findControlGroups,
  listControlGroup,
  locateControlGroup,
  locateGroupOfOwner,
  removeEmptyGroups,
} from '../../../src/processes/control-group.js';
import { sweep } from '../../../src/processes/sweep.js';
import { needs } from '../../helpers/requirements.js';

const base = findControlGroups();

describe('the control group of a run', needs('control groups'), () => {
  it('is found again by a process in it, ends with all that is in it, and is removed', async () => {
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
    expect(await sweep({ token, controlGroup: path })).toEqual({
      killed: [expect.stringMatching(new RegExp(`^${child.pid} `))],
      left: [],
    });
    await exited;
    removeEmptyGroups(base!, owner);
    expect(existsSync(path)).toBe(false);
  });
});
