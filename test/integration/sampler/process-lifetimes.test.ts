// Processes come and go, belong to each other and to others, while they are measured.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/package.js';
import { createSampler } from '../../../src/sampler/sampler.js';
import type { Sample } from '../../../src/sampler/sample.js';
import { eventually } from '../../helpers/eventually.js';
import { openFolder } from '../../helpers/folder.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { spawnProgram, WITH_TYPESCRIPT } from '../../helpers/program.js';
import { needs } from '../../helpers/requirements.js';

expectNoLeftovers();

const programs = join(packageRoot, 'test', 'fixtures', 'programs');
/** The one reads /proc, the other asks ps. */
const SAMPLERS = [
  ['proc', {}],
  ['usage', needs('ps')],
] as const;
const childrenOf = (sample: Sample | undefined) => sample?.children.map(({ pid }) => pid);

for (const [kind, needed] of SAMPLERS)
  describe(`The sampler called ${kind}`, needed, () => {
    test('returns the tree of each of several nested targets, in the order of the targets.', async () => {
      await using folder = await openFolder();
      await using household = spawnProgram(process.execPath, join(programs, 'household.js'), folder.path);
      const [top, middle, bottom] = JSON.parse(await household.out.waitFor(() => true)) as readonly number[];
      const targets = [bottom!, top!, middle!, top!].map((pid) => ({ pid }));
      const samples = await createSampler({ kind }).sample(targets);
      expect(samples.map((each) => each?.main.pid)).toEqual([bottom, top, middle, top]);
      expect(samples.map(childrenOf)).toEqual([[], [middle, bottom], [bottom], [middle, bottom]]);
      for (const sample of samples) {
        const sum = [sample!.main, ...sample!.children].reduce((total, each) => total + each.rssBytes, 0);
        expect(sample!.total.rssBytes).toBe(sum);
      }
      expect(samples[1]!.total).toEqual(samples[3]!.total);
    });

    test('returns undefined for ended processes.', async () => {
      const gone = spawn('true');
      await once(gone, 'exit');
      await using alive = spawnProgram('sleep', '600');
      const sampler = createSampler({ kind });
      expect(await sampler.sample([])).toEqual([]);
      expect(await sampler.sample([{ pid: gone.pid! }])).toEqual([undefined]);
      const both = await sampler.sample([{ pid: gone.pid! }, { pid: alive.child.pid! }]);
      expect(both.map((each) => each?.main.name)).toEqual([undefined, 'sleep']);
      alive.child.kill('SIGKILL');
      await alive.ended;
      expect(await sampler.sample([{ pid: alive.child.pid! }])).toEqual([undefined]);
    });

    test('lists a zombie child, but returns no sample for a zombie target.', async () => {
      await using parent = spawnProgram('sh', '-c', 'sleep 0.05 & exec sleep 600');
      const sampler = createSampler({ kind });
      const child = await eventually(async () => {
        const [sample] = await sampler.sample([{ pid: parent.child.pid! }]);
        return sample?.children.find(({ status }) => status === 'zombie');
      }, 'a zombie');
      expect(child).toMatchObject({ parent: parent.child.pid, rssBytes: 0 });
      expect(await sampler.sample([{ pid: child.pid }])).toEqual([undefined]);
    });
  });

test('Processes that end while they are measured are no error.', async () => {
  // A shell that starts and ends processes as fast as it can.
  await using restless = spawnProgram('sh', '-c', 'while :; do sleep 0.01 & sh -c : & wait; done');
  const sampler = createSampler({ kind: 'proc' });
  const everything = { openConnections: true, openedFiles: true, memoryMaps: true, pss: true };
  const seen = new Set<number>();
  await eventually(async () => {
    const [sample] = await sampler.sample([{ pid: restless.child.pid! }], everything);
    expect(sample?.main.name).toBe('sh');
    for (const { pid } of sample!.children) seen.add(pid);
    return seen.size > 5;
  }, 'many have come and gone');
});

test('Values that are not readable for a process of another user are missing; all others are present.', async () => {
  const other = process.getuid?.() === 0 ? process.pid : 1;
  await using program = spawnProgram(
    process.execPath,
    ...WITH_TYPESCRIPT,
    join(programs, 'closed-to-us.js'),
    String(other),
  );
  const { main, total, ...rest } = JSON.parse(await program.out.waitFor(() => true)) as Sample;
  expect(main).toMatchObject({ pid: other, status: expect.any(String) as string });
  expect(main.rssBytes).toBeGreaterThan(0);
  expect(total.rssBytes).toBeGreaterThanOrEqual(main.rssBytes);
  for (const key of ['readBytes', 'writeBytes', 'pssBytes']) expect(main).not.toHaveProperty(key);
  for (const key of ['connections', 'openedFiles', 'memoryMaps']) expect(rest).not.toHaveProperty(key);
});
