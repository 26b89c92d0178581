// A provider runs only programs of its own context file, for every client and every command.

import { expect, test } from 'vitest';
import { clientConfiguration } from '../../helpers/context.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { programService, shellService } from '../../helpers/program-services.js';
import { openProvider } from '../../helpers/provider.js';
import { openProject, TRANSACTION } from '../../helpers/project.js';

expectNoLeftovers();

const OWN = { program: 'sleep', arg: ['1000'], env: { A: '1' } };

test.each([
  ['another program', { ...OWN, program: 'tail' }],
  ['other arguments', { ...OWN, arg: ['1001'] }],
  ['no arguments', { ...OWN, arg: [] }],
  ['another folder', { ...OWN, cwd: '/' }],
  ['other variables', { ...OWN, env: { A: '1', LD_PRELOAD: '/tmp/evil.so' } }],
  ['another user', { ...OWN, user: 'nobody' }],
])('A command over the bus that names %s is refused, and nothing is started.', async (_what, command) => {
  await using test = await openProvider([programService('ts_1', OWN)]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const configuration = clientConfiguration([programService('ts_1', OWN), programService('ts_2', command)]);
  for (const action of ['start', 'restart', 'validate']) {
    const { status } = await client.command({ action, transaction: 'T1', configuration });
    expect(status).toMatchObject({ result: 'failure', error: { code: 'SVC_PROGRAM_REFUSED' } });
    expect(status.error!.message).toMatch(/^ts_2: .*Context-Test\.xml has no such <command>: /);
    expect(status.error!.hint).toContain('to that file');
  }
  expect(observer.events()).toEqual([]);
});

test('A command may use a program of the context file with another readiness and other events.', async () => {
  await using test = await openProvider([programService('ts_1', OWN)]);
  const client = await test.client();
  const configuration = clientConfiguration([programService('ts_9', { ...OWN, events: 'json' })]);
  const { status } = await client.command({ action: 'start', transaction: 'T1', configuration });
  expect(status.services).toMatchObject([{ service_id: 'ts_9', state: 'started' }]);
});

test('A program that was added to the file can be loaded; a program that is only sent cannot.', async () => {
  const first = programService('ts_1', OWN);
  const second = shellService('ts_2', 'exec sleep 1001');
  await using project = await openProject([first]);
  const provider = await project.startProvider();
  await provider.command('start');
  const reload = async () => {
    const configuration = project.configure([first, second]);
    return (await provider.client.command({ action: 'reload', transaction: TRANSACTION, configuration }))
      .status;
  };
  expect(await reload()).toMatchObject({ result: 'failure', error: { code: 'SVC_PROGRAM_REFUSED' } });
  await project.write([first, second]);
  expect(await reload()).toMatchObject({ result: 'success', plan: { added: ['ts_2'], unchanged: ['ts_1'] } });
  await provider.waitForStatus('ts_2', 'started');

  // A loaded program stays permitted while the file is edited further.
  await project.write([first]);
  expect(await provider.command('restart', 'ts_2')).toMatchObject([{ service_id: 'ts_2', state: 'started' }]);
});
