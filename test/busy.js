// `npm run test:busy -- [--runs=3] [--loops=4] [FILES…]`: the tests, again and again, beside loops that keep all cores busy.

import { spawn, spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '3' }, loops: { type: 'string', default: '4' } },
});
// Each ends by itself when its parent is gone.
const LOOP = 'const parent = process.ppid; while (process.ppid === parent);';
const loops = Array.from({ length: Number(values.loops) }, () =>
  spawn(process.execPath, ['-e', LOOP], { stdio: 'ignore' }),
);
const stop = () => {
  for (const loop of loops) loop.kill('SIGKILL');
};
process.on('exit', stop);
const failed = [];
for (let run = 1; run <= Number(values.runs); run += 1) {
  const { status } = spawnSync('npx', ['vitest', 'run', ...positionals], { stdio: 'inherit' });
  console.log(
    `run ${run} of ${values.runs} beside ${loops.length} busy loops: ${status === 0 ? 'passed' : 'FAILED'}`,
  );
  if (status !== 0) failed.push(run);
  if (status === null) break;
}
stop();
process.exitCode = failed.length === 0 ? 0 : 1;
