import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  composeLimitMark,
  isMarkOf,
  markedCommand,
  readLimitMark,
} from '../../../src/processes/rlimit-tag.js';
import { needs } from '../../helpers/requirements.js';

const token = 'a1b2c3d4e5f60718/T1/ts_1/1/XYZ';

describe('the mark by a resource limit', () => {
  it('says whose it is, of threads and the processes that hold them too', () => {
    const owners = ['a1b2c3d4e5f60718', 'b1b2c3d4e5f60718'];
    for (const prefix of ['', 'thread/', 'thread-host/'])
      expect(owners.map((each) => isMarkOf(each, composeLimitMark(prefix + token)))).toEqual([true, false]);
  });

  it('differs from run to run, and is a number that shells can set', () => {
    const marks = [1, 2].map((run) => BigInt(composeLimitMark(`${token}${run}`)));
    expect(marks[0]).not.toBe(marks[1]);
    for (const each of marks) expect(each < 2n ** 62n && each > 2n ** 52n).toBe(true);
  });

  it('is in effect in a command and what that starts, which is run as given', needs('linux'), () => {
    const script = 'echo "$1"; exec env -i cat /proc/self/limits';
    const [file, ...args] = markedCommand(token, ['sh', '-c', script, 'x', 'two words "$HOME"']);
    const { stdout } = spawnSync(file, args, { encoding: 'utf8' });
    expect(stdout).toContain('two words "$HOME"\n');
    expect(stdout).toMatch(new RegExp(`^Max file locks +${composeLimitMark(token)} `, 'm'));
    expect(readLimitMark(process.pid)).not.toBe(composeLimitMark(token));
  });
});
