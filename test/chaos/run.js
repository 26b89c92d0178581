// `npm run chaos -- --rounds N [--seed N]` and `npm run soak -- [MINUTES]`: the long forms of test/chaos.

import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '50' }, seed: { type: 'string' } },
});
const [what = 'chaos', minutes = '30'] = positionals;
const isSoak = what === 'soak';
const env = {
  ...process.env,
  ...(isSoak ? { CONTEXTD_SOAK_MINUTES: minutes } : { CONTEXTD_CHAOS_ROUNDS: values.rounds }),
  ...(values.seed === undefined ? {} : { CONTEXTD_CHAOS_SEED: values.seed }),
};
// One file at a time: the tests compare times and memory.
const files = isSoak ? ['test/chaos/soak'] : ['test/chaos/', '--exclude', 'test/chaos/soak.test.ts'];
const { status } = spawnSync('npx', ['vitest', 'run', '--no-file-parallelism', ...files], {
  env,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
