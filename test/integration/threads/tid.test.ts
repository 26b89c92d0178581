// The resource usage of one thread is measured separately from other threads of the process.

import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import type { TransactionInfo } from '../../../src/messages/context-info.js';
import { createSampler } from '../../../src/sampler/sampler.js';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { openProvider } from '../../helpers/provider.js';
import { thread } from '../../helpers/threads.js';

expectNoLeftovers();

test('A synchronous readlink in a thread returns the id of that thread, not of a thread of the pool.', async () => {
  const code = `
    const { readlinkSync } = require('node:fs');
    const { parentPort } = require('node:worker_threads');
    parentPort.postMessage(readlinkSync('/proc/thread-self'));
    for (;;);`;
  const workers = [0, 1].map(() => new Worker(code, { eval: true }));
  const links = await Promise.all(
    workers.map((worker) => new Promise<string>((resolve) => worker.once('message', resolve))),
  );
  try {
    expect(new Set(links).size).toBe(2);
    expect(links.map((link) => link.split('/')[0])).toEqual([String(process.pid), String(process.pid)]);
    // They run in an endless loop: only the thread itself can have used that much.
    for (const link of links) {
      const ticks = () =>
        Number(/\) (?:\S+ ){11}(\d+)/.exec(readFileSync(`/proc/${link}/stat`, 'utf8'))?.[1]);
      const before = ticks();
      await eventually(() => ticks() > before + 5, `${link} uses cpu`);
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
});

test('The busy thread of a context is distinguished from the idle one.', async () => {
  await using test = await openProvider([
    thread('ts_1', 'Spins', { supervision: { stop_timeout_s: 0.5 } }),
    thread('ts_2', 'Forever'),
    { id: 'ts_3', instance: 'Forever' },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const tasks = async () => ((await client.request('T1')) as TransactionInfo).tasks;
  await client.command({ action: 'start', transaction: 'T1' });
  const [started] = await Promise.all([
    observer.waitForEvent('ts_2', 'started'),
    observer.waitForEvent('ts_1', 'updated'),
  ]);
  const [spinning, idle, process] = (await tasks()).map(({ pid, tid }) => ({ pid: pid!, tid: tid! }));
  expect(started.content.status).toMatchObject(idle!);
  expect(spinning).toEqual({ pid: idle!.pid, tid: expect.any(Number) as number });
  expect(spinning!.tid).not.toBe(idle!.tid);
  expect(process!.tid).toBeUndefined();

  const sampler = createSampler();
  const targets = [spinning!, idle!, { pid: idle!.pid }];
  await sampler.sample(targets);
  // Independent of the load of the machine: nearly all CPU time of the process is used by one thread.
  await eventually(async () => {
    const [one, other, whole] = (await sampler.sample(targets)).map((each) => each!.main);
    expect([one!.rssBytes, one!.threads]).toEqual([whole!.rssBytes, whole!.threads]);
    const share = (each: number) => each / whole!.cpuPercent;
    return share(one!.cpuPercent) > 0.9 && share(other!.cpuPercent) < 0.05;
  }, 'the spinning thread has the cpu');

  await client.command({ action: 'stop', transaction: 'T1', serviceId: 'ts_1' });
  expect((await tasks())[0]).not.toHaveProperty('tid');
  expect((await sampler.sample(targets)).map((each) => each?.main.pid)).toEqual([
    undefined,
    idle!.pid,
    idle!.pid,
  ]);
});
