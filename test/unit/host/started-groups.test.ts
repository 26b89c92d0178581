import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createUniqueId } from '../../../src/base/ids.js';
import { TOKEN_VARIABLE } from '../../../src/processes/run-token.js';
import { StartedGroups } from '../../../src/host/started-groups.js';
import { eventually } from '../../helpers/eventually.js';
import { isRunning } from '../../helpers/processes.js';
import { needs } from '../../helpers/requirements.js';

const groups = new StartedGroups();
const members: number[] = [];

afterEach(() => {
  vi.unstubAllEnvs();
  for (const pid of members.splice(0)) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
});

/** A group leader with two members: one carries the token of this run, the other one has no environment. */
async function startGroup(ending: string) {
  vi.stubEnv(TOKEN_VARIABLE, createUniqueId());
  const script = `sleep 600 >&2 & echo $!; env -i sleep 600 >&2 & echo $!; ${ending}`;
  const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
  groups.register(child.pid!);
  const exited = once(child, 'exit');
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  await eventually(() => lines.length === 2, 'both are there');
  const [ours, unknown] = lines.map(Number);
  members.push(ours!, unknown!);
  return { leader: child.pid!, ours: ours!, unknown: unknown!, exited, end: () => child.stdin.end() };
}

describe('StartedGroups', needs('linux'), () => {
  it('signals all members of a group while its leader runs', async () => {
    const { leader, ours, unknown, exited } = await startGroup('read -r _');
    groups.signal(leader, 'SIGKILL');
    await exited;
    await eventually(() => !isRunning(ours) && !isRunning(unknown), 'both have ended');
    groups.unregister(leader);
  });

  it('signals only members with the token of this run after the leader has ended', async () => {
    const { leader, ours, unknown, exited, end } = await startGroup('read -r _');
    end();
    await exited;
    groups.signal(leader, 'SIGKILL');
    await eventually(() => !isRunning(ours), 'ours has ended');
    expect(isRunning(unknown)).toBe(true);
    groups.unregister(leader);
  });
});
