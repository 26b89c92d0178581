import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { createUniqueId } from '../../../src/base/ids.js';
import { identify, type ProcessId } from '../../../src/processes/process-table.js';
import { TOKEN_VARIABLE } from '../../../src/processes/run-token.js';
import { sweep } from '../../../src/processes/kill-tree.js';
import { isRunning } from '../../helpers/processes.js';
import { needs } from '../../helpers/requirements.js';

const started: number[] = [];

afterEach(() => {
  for (const pid of started.splice(0)) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
});

/** A process that carries a token, or none. */
async function startSleep(token?: string): Promise<ProcessId> {
  const child = spawn('sleep', ['600'], {
    stdio: 'ignore',
    env: { ...process.env, [TOKEN_VARIABLE]: token },
  });
  await once(child, 'spawn');
  started.push(child.pid!);
  return identify(child.pid!)!;
}

describe('sweep', needs('linux'), () => {
  it('names whom it had to kill', async () => {
    const token = createUniqueId();
    const { pid } = await startSleep(token);
    expect(await sweep({ token })).toEqual({ killed: [`${pid} (sleep)`], left: [] });
    expect(isRunning(pid)).toBe(false);
  });

  it('names whom the system does not let it end, and ends the others', async () => {
    const token = createUniqueId();
    const [mine, theirs] = [await startSleep(token), await startSleep(token)];
    const kill = (pid: number) => {
      if (pid === theirs.pid) throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
      process.kill(pid, 'SIGKILL');
    };
    const { killed, left } = await sweep({ token }, { kill });
    expect({ killed, left }).toEqual({ killed: [`${mine.pid} (sleep)`], left: [`${theirs.pid} (sleep)`] });
    expect(isRunning(theirs.pid)).toBe(true);
  });

  it('names who does not end though it was killed', async () => {
    const token = createUniqueId();
    const { pid } = await startSleep(token);
    expect(await sweep({ token }, { kill: () => undefined })).toEqual({
      killed: [],
      left: [`${pid} (sleep)`],
    });
  });

  it('leaves alone a process that has the number of one that was seen, and whom it is told to spare', async () => {
    const token = createUniqueId();
    const [other, spared] = [await startSleep(), await startSleep(token)];
    const known = [{ ...other, startTime: '1' }];
    expect(await sweep({ token, known, spared: spared.pid })).toEqual({ killed: [], left: [] });
    expect([other, spared].map(({ pid }) => isRunning(pid))).toEqual([true, true]);
  });
});
