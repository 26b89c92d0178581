import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { Descendants } from '../../../src/processes/descendants.js';
import { identify } from '../../../src/processes/process-table.js';
import { isRunning } from '../../helpers/processes.js';
import { ManualClock } from '../../helpers/manual-clock.js';
import { needs } from '../../helpers/requirements.js';

const started: number[] = [];

afterEach(() => {
  for (const pid of started.splice(0)) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
});

describe('Descendants', needs('linux'), () => {
  it('knows a process still that was seen below a service, when its parent has ended', async () => {
    const clock = new ManualClock();
    const descendants = new Descendants(clock);
    // The shell between them tells the pid of its child, and ends when it is told to.
    const script = `sh -c 'setsid sleep 600 & echo $!; read -r _'; exec sleep 600`;
    const service = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
    started.push(service.pid!);
    descendants.watch('T', identify(service.pid!)!);
    const [line] = (await once(createInterface(service.stdout), 'line')) as [string];
    const child = Number(line);
    started.push(child);
    descendants.look();
    const between = descendants.known('T').filter(({ pid }) => pid !== child && pid !== service.pid);
    service.stdin.end();
    for (const each of between)
      while (isRunning(each.pid)) await new Promise((resolve) => setImmediate(resolve));
    descendants.look();
    expect(descendants.known('T').map(({ pid }) => pid)).toContain(child);
    descendants.forget('T');
    expect(descendants.known('T')).toEqual([]);
  });
});
