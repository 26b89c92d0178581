// Which programs a provider runs: those of its own context file, whoever asks and however.

import { expect, test } from 'vitest';
import { sketchSent } from '../../helpers/context.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { onlook } from '../../helpers/bus-observer.js';
import { sketchProgram, sketchShell } from '../../helpers/programs.js';
import { openProvider } from '../../helpers/provider.js';
import { openSite, TRANSACTION } from '../../helpers/project.js';

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
  await using test = await openProvider([sketchProgram('ts_1', OWN)]);
  await using onlooker = await onlook(test.provider.endpoints);
  const client = await test.client();
  const configuration = sketchSent([sketchProgram('ts_1', OWN), sketchProgram('ts_2', command)]);
  for (const action of ['start', 'restart', 'validate']) {
    const { status } = await client.command({ action, transaction: 'T1', configuration });
    expect(status).toMatchObject({ result: 'failure', error: { code: 'SVC_PROGRAM_REFUSED' } });
    expect(status.error!.message).toMatch(/^ts_2: .*Context-Test\.xml has no such <command>: /);
    expect(status.error!.hint).toContain('into that file');
  }
  expect(onlooker.events()).toEqual([]);
});

test("A program of the provider's own file may be named by a command, with another readiness and other events.", async () => {
  await using test = await openProvider([sketchProgram('ts_1', OWN)]);
  const client = await test.client();
  const configuration = sketchSent([sketchProgram('ts_9', { ...OWN, events: 'json' })]);
  const { status } = await client.command({ action: 'start', transaction: 'T1', configuration });
  expect(status.services).toMatchObject([{ service_id: 'ts_9', state: 'started' }]);
});

test('What has been put into the file since can be loaded; what is only sent cannot.', async () => {
  const first = sketchProgram('ts_1', OWN);
  const second = sketchShell('ts_2', 'exec sleep 1001');
  await using site = await openSite([first]);
  const reign = await site.reign();
  await reign.command('start');
  const reload = async () => {
    const configuration = site.configure([first, second]);
    return (await reign.client.command({ action: 'reload', transaction: TRANSACTION, configuration })).status;
  };
  expect(await reload()).toMatchObject({ result: 'failure', error: { code: 'SVC_PROGRAM_REFUSED' } });
  await site.write([first, second]);
  expect(await reload()).toMatchObject({ result: 'success', plan: { added: ['ts_2'], unchanged: ['ts_1'] } });
  await reign.becomes('ts_2', 'started');

  // What is loaded stays permitted while the file is edited further.
  await site.write([first]);
  expect(await reign.command('restart', 'ts_2')).toMatchObject([{ service_id: 'ts_2', state: 'started' }]);
});
