// Services whose processes try to escape: no process is left after a stop.

import { expect, test } from 'vitest';
import { createUniqueId } from '../../src/base/ids.js';
import { chaosRounds, print, createRandom } from '../helpers/chaos.js';
import { escapes } from '../helpers/escapes.js';
import { eventually } from '../helpers/eventually.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { observeBus } from '../helpers/bus-observer.js';
import { markedProcesses, readProc } from '../helpers/processes.js';
import { openProvider } from '../helpers/provider.js';
import { TRANSACTION } from '../helpers/project.js';

expectNoLeftovers();

const VARIABLE = 'CONTEXTD_TEST_ROUND';
const NO_TOKEN = 'env -u CONTEXTD_TOKEN';
/** By description: a script and its number of processes, without the service and its shell. */
const trees: Readonly<Record<string, readonly [script: string, count: number]>> = {
  'double-forks': ['(sleep 3600 &) & (sleep 3600 &)', 2],
  'leaves its session': ['setsid sleep 3600 & setsid sleep 3600', 2],
  'double-forks, leaves its session, ignores SIGTERM': [
    `setsid sh -c "trap '' TERM; (sleep 3600 &); (sleep 3600 &)" &`,
    2,
  ],
  'runs under shells': [`sh -c "sh -c 'sleep 3600; true'; true"; true`, 3],
  'forks fifty': ['for i in $(seq 50); do sleep 3600 & done', 50],
  'drops the token, stays in the group': [`(${NO_TOKEN} sleep 3600 &); ${NO_TOKEN} sleep 3600 &`, 2],
  'drops token and session, stays a child': [`sh -c "${NO_TOKEN} setsid sleep 3600 & wait; true"`, 2],
  'keeps forking': ['while :; do sleep 3600 & sleep 0.05; done', 2],
  ...escapes(VARIABLE),
};

const rounds = chaosRounds(2);
const random = createRandom();

test.each<[string, boolean]>([
  ['with control groups where they can be made.', true],
  ['without control groups.', false],
])(
  `No process of a tree is left after a stop, ${rounds} times in a row (seed ${random.seed}), %s`,
  async (name, controlGroups) => {
    const services = Object.values(trees).map(([script], index) => ({
      id: `ts_${index}`,
      instance: 'Zoo',
      configuration: { script, deaf: String(index % 2 === 0) },
      supervision: { stop_timeout_s: 0.4 },
    }));
    await using test = await openProvider(services, {}, { controlGroups });
    const client = await test.client({ answerTimeoutMs: 60_000 });
    const expected = Object.values(trees).reduce((sum, [, count]) => sum + count, 0);
    const counts: number[] = [];
    // Start the compiler's process first: it belongs to the provider and stays.
    await client.command({ action: 'start', transaction: TRANSACTION });
    await client.command({ action: 'stop', transaction: TRANSACTION, serviceName: 'all' });
    for (let round = 0; round < rounds; round += 1) {
      const mark = createUniqueId();
      process.env[VARIABLE] = mark;
      const living = () => markedProcesses(VARIABLE, mark);
      await using observer = await observeBus(test.provider.endpoints);
      const { status } = await client.command({ action: 'start', transaction: TRANSACTION });
      expect(status.result).toBe('success');
      for (const { id } of services) await observer.waitForEvent(id, 'updated');
      await eventually(() => living().length >= expected + services.length, `${expected} are loose`);
      counts.push(living().length);
      if (random.integer(3) === 0) await client.command({ action: 'restart', transaction: TRANSACTION });
      if (random.integer(3) === 0) {
        const [victim] = status.services.filter(({ pid }) => living().includes(pid!));
        if (victim !== undefined) {
          process.kill(victim.pid!, 'SIGKILL');
          await observer.waitForEvent(victim.service_id, 'failed');
        }
      }
      const stopped = await client.command({ action: 'stop', transaction: TRANSACTION, serviceName: 'all' });
      expect(stopped.status.result).toBe('success');
      const left = living().map((pid) => readProc(pid, 'cmdline').replaceAll('\0', ' '));
      expect(left, `round ${round}`).toEqual([]);
    }
    print(
      `process trees ${name} ${rounds} rounds, ${Math.min(...counts)} to ${Math.max(...counts)} processes each, none left`,
    );
  },
  60_000 + rounds * 20_000,
);
