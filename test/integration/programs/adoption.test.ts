// After a provider is killed its programs keep running and are logged and adopted; without a next provider they end.

import { expect, test } from 'vitest';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { shellService } from '../../helpers/program-services.js';
import { isRunning } from '../../helpers/processes.js';
import { openProject } from '../../helpers/project.js';

expectNoLeftovers();

/** Prints numbers; ends with exit code 5 when a gate file exists. */
const COUNTS = 'echo $$; i=0; until [ -e gate ]; do i=$((i+1)); echo "count $i"; sleep 0.05; done; exit 5';

test('A program keeps running and is logged without a provider; the next provider receives its end.', async () => {
  await using project = await openProject([
    shellService('ts_1', COUNTS, { events: 'lines' }, { transitions: { on_fail: 'start ts_2' } }),
    shellService('ts_2', 'exec sleep 1000', {}, { entry: 'on_fail' }),
  ]);
  const first = await project.startProvider();
  await first.command('start');
  const { pid } = (await first.tasks()).ts_1!;
  await eventually(async () => (await project.log('ts_1')).includes('count 3\n'), 'it counts');
  await first.kill();
  const sizeThen = (await project.log('ts_1')).length;
  await eventually(async () => (await project.log('ts_1')).length > sizeThen + 40, 'it keeps counting');

  const second = await project.startProvider();
  expect(await second.waitForStatus('ts_1', 'started')).toMatchObject({ pid, run: 1 });
  await using observer = await observeBus(project.endpoints);
  await observer.waitForEvent('ts_1', 'updated');
  await project.openGate('gate');
  const failed = await observer.waitForEvent('ts_1', 'failed');
  expect(failed.content.status).toMatchObject({
    exit_code: 5,
    error: { code: 'SVC_EXITED', message: 'ts_1: the program ended with exit code 5' },
  });
  await second.waitForStatus('ts_2', 'started');
  const numbers = [...(await project.log('ts_1')).matchAll(/^count (\d+)$/gm)].map((each) => Number(each[1]));
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
});

test('The end of a program without a provider is reported to the next provider.', async () => {
  await using project = await openProject([shellService('ts_1', COUNTS)]);
  const first = await project.startProvider();
  await first.command('start');
  await eventually(async () => (await project.log('ts_1')).includes('count 1\n'), 'it counts');
  const [program] = (await project.log('ts_1')).split('\n').map(Number);
  await first.kill();
  await project.openGate('gate');
  await eventually(() => !isRunning(program!), 'it has ended');
  const second = await project.startProvider();
  const task = await second.waitForStatus('ts_1', 'failed');
  expect(task).toMatchObject({ error: { message: 'ts_1: the program ended with exit code 5' } });
});

test('A program without a provider ends after its orphan grace, also if it ignores its stop signal.', async () => {
  const supervision = { orphan_grace_s: 0.5, stop_timeout_s: 0.5 };
  const deaf = `trap '' TERM; while :; do sleep 0.05; done`;
  await using project = await openProject([
    shellService('ts_1', 'exec sleep 1000', {}, { supervision }),
    shellService('ts_2', deaf, {}, { supervision }),
    shellService('ts_3', `echo up; ${deaf}`, { ready: 'heartbeat' }, { supervision }),
  ]);
  const first = await project.startProvider();
  // The third program never becomes ready, so this is not awaited.
  const answer = first.command('start');
  await eventually(async () => (await project.log('ts_3').catch(() => '')) === 'up\n', 'the third runs');
  await first.waitForStatus('ts_1', 'started');
  await first.waitForStatus('ts_2', 'started');
  answer.catch(() => undefined);
  expect(project.processes().length).toBeGreaterThanOrEqual(6);
  await first.kill();
  await eventually(() => project.processes().length === 0, 'all have ended');
});
