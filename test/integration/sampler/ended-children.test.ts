// Processor time of children that do not live until the next sample.

import { expect, test } from 'vitest';
import { createSampler } from '../../../src/sampler/sampler.js';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { spawnProgram } from '../../helpers/program.js';
import { readProc } from '../../helpers/processes.js';

expectNoLeftovers();

/** In clock ticks: its own time, and that of its ended children. */
function ticksOf(pid: number): { readonly own: number; readonly ended: number } {
  const stat = readProc(pid, 'stat');
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return { own: fields[11]! + fields[12]!, ended: fields[13]! + fields[14]! };
}

test('A shell that is busy in short children is as busy as they are, also if they have short children.', async () => {
  const work = 'i=0; while [ $i -lt 3000 ]; do i=$((i+1)); done';
  await using busy = spawnProgram(
    'sh',
    '-c',
    `while :; do sh -c '${work}'; sh -c "sh -c '${work}'; true"; done`,
  );
  const pid = busy.child.pid!;
  const sampler = createSampler({ kind: 'proc' });
  const read = async () => {
    const [fromMs, before] = [performance.now(), ticksOf(pid)];
    const [sample] = await sampler.sample([{ pid }]);
    const after = ticksOf(pid);
    return { before, after, fromMs, untilMs: performance.now(), total: sample!.total.cpuPercent };
  };
  await eventually(() => ticksOf(pid).ended > 20, 'children have ended');
  let last = await read();
  for (let round = 0; round < 5; round += 1) {
    const enough = ticksOf(pid).ended + 40;
    await eventually(() => ticksOf(pid).ended > enough, 'more children have ended');
    const now = await read();
    const percent = (ticks: number, ms: number) => (ticks * 1000) / ms;
    const least = now.before.own - last.after.own + now.before.ended - last.after.ended;
    const most = now.after.own - last.before.own + now.after.ended - last.before.ended;
    // A child that lives now has spent what is not among the ended yet, and one that lived then some that is.
    expect(now.total).toBeGreaterThan(percent(least, now.untilMs - last.fromMs) * 0.8 - 5);
    expect(now.total).toBeLessThan(percent(most, now.fromMs - last.untilMs) * 1.25 + 5);
    last = now;
  }
});
