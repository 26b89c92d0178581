import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  composeRlimitTag,
  isTagOfOwner,
  composeTaggedCommand,
  readRlimitTag,
} from '../../../src/processes/rlimit-tag.js';
import { needs } from '../../helpers/requirements.js';

const token = 'a1b2c3d4e5f60718/T1/ts_1/1/XYZ';

describe('the rlimit tag', () => {
  it('identifies the owner, also of threads and thread hosts', () => {
    const owners = ['a1b2c3d4e5f60718', 'b1b2c3d4e5f60718'];
    for (const prefix of ['', 'thread/', 'thread-host/'])
      expect(owners.map((each) => isTagOfOwner(each, composeRlimitTag(prefix + token)))).toEqual([
        true,
        false,
      ]);
  });

  it('differs between runs, and is a number that shells can set', () => {
    const tags = [1, 2].map((run) => BigInt(composeRlimitTag(`${token}${run}`)));
    expect(tags[0]).not.toBe(tags[1]);
    for (const each of tags) expect(each < 2n ** 62n && each > 2n ** 52n).toBe(true);
  });

  it(
    'is inherited by the command and its children, and does not change the arguments',
    needs('linux'),
    () => {
      const script = 'echo "$1"; exec env -i cat /proc/self/limits';
      const [file, ...args] = composeTaggedCommand(token, ['sh', '-c', script, 'x', 'two words "$HOME"']);
      const { stdout } = spawnSync(file, args, { encoding: 'utf8' });
      expect(stdout).toContain('two words "$HOME"\n');
      expect(stdout).toMatch(new RegExp(`^Max file locks +${composeRlimitTag(token)} `, 'm'));
      expect(readRlimitTag(process.pid)).not.toBe(composeRlimitTag(token));
    },
  );
});
