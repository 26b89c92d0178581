import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { DescendantTracker } from '../../../src/processes/descendants.js';
import { readProcessId } from '../../../src/processes/process-table.js';
import { isRunning } from '../../helpers/processes.js';
import { ManualClock } from '../../helpers/manual-clock.js';
import { needs } from '../../helpers/requirements.js';

const started: number[] = [];

afterEach(() => {
  for (const pid of started.splice(0)) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
});

describe('DescendantTracker', needs('linux'), () => {
  it('keeps a recorded descendant after its parent has ended', async () => {
    const clock = new ManualClock();
    const descendants = new DescendantTracker(clock);
    // The shell between them prints the pid of its child, and ends when its input is closed.
    const script = `sh -c 'setsid sleep 600 & echo $!; read -r _'; exec sleep 600`;
    const service = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
    started.push(service.pid!);
    descendants.track('T', readProcessId(service.pid!)!);
    const [line] = (await once(createInterface(service.stdout), 'line')) as [string];
    const child = Number(line);
    started.push(child);
    descendants.scan();
    const between = descendants.known('T').filter(({ pid }) => pid !== child && pid !== service.pid);
    service.stdin.end();
    for (const each of between)
      while (isRunning(each.pid)) await new Promise((resolve) => setImmediate(resolve));
    descendants.scan();
    expect(descendants.known('T').map(({ pid }) => pid)).toContain(child);
    descendants.forget('T');
    expect(descendants.known('T')).toEqual([]);
  });
});
