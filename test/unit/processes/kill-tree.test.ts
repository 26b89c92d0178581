import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { createUniqueId } from '../../../src/base/ids.js';
import { readProcessId, type ProcessId } from '../../../src/processes/process-table.js';
import { TOKEN_VARIABLE } from '../../../src/processes/run-token.js';
import { killTree } from '../../../src/processes/kill-tree.js';
import { isRunning } from '../../helpers/processes.js';
import { needs } from '../../helpers/requirements.js';

const started: number[] = [];

afterEach(() => {
  for (const pid of started.splice(0)) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
});

/** Starts a process with the given token. */
async function startSleep(token?: string): Promise<ProcessId> {
  const child = spawn('sleep', ['600'], {
    stdio: 'ignore',
    env: { ...process.env, [TOKEN_VARIABLE]: token },
  });
  await once(child, 'spawn');
  started.push(child.pid!);
  return readProcessId(child.pid!)!;
}

describe('killTree', needs('linux'), () => {
  it('returns the killed processes', async () => {
    const token = createUniqueId();
    const { pid } = await startSleep(token);
    expect(await killTree({ token })).toEqual({ killed: [`${pid} (sleep)`], left: [] });
    expect(isRunning(pid)).toBe(false);
  });

  it('returns processes that it may not kill, and kills the others', async () => {
    const token = createUniqueId();
    const [mine, theirs] = [await startSleep(token), await startSleep(token)];
    const kill = (pid: number) => {
      if (pid === theirs.pid) throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
      process.kill(pid, 'SIGKILL');
    };
    const { killed, left } = await killTree({ token }, { kill });
    expect({ killed, left }).toEqual({ killed: [`${mine.pid} (sleep)`], left: [`${theirs.pid} (sleep)`] });
    expect(isRunning(theirs.pid)).toBe(true);
  });

  it('returns processes that do not end after SIGKILL', async () => {
    const token = createUniqueId();
    const { pid } = await startSleep(token);
    expect(await killTree({ token }, { kill: () => undefined })).toEqual({
      killed: [],
      left: [`${pid} (sleep)`],
    });
  });

  it('does not kill a process with a reused pid, nor the excluded process', async () => {
    const token = createUniqueId();
    const [other, excluded] = [await startSleep(), await startSleep(token)];
    const known = [{ ...other, startTime: '1' }];
    expect(await killTree({ token, descendants: known, excludedPid: excluded.pid })).toEqual({
      killed: [],
      left: [],
    });
    expect([other, excluded].map(({ pid }) => isRunning(pid))).toEqual([true, true]);
  });
});
