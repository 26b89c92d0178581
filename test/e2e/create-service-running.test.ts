// Adding a service to a running context: create_service prints the reload command, which works.

import { expect, test } from 'vitest';
import { FILE, openHome } from '../helpers/home.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';

expectNoLeftovers();

const SECOND = ['--task_service=Walk', '--task_class=Walking', '--task_id=ts_101'];

test('The reload command is printed while the provider runs, else the start command.', async () => {
  await using home = await openHome(['EchoAction', 'ts_100']);
  const provider = await home.startProvider(['--start', '--transaction=T1']);
  await provider.out.waitFor((line) => line.includes('"started"'));
  const added = await home.run('create_service', ...SECOND);
  expect({ exitCode: added.exitCode, stderr: added.stderr }).toEqual({ exitCode: 0, stderr: '' });
  const [, command = ''] = /^ {2}npx (conf_command .*)$/m.exec(added.stdout) ?? [];
  expect(added.stdout).toContain('The context is running. Reload it to add the new services:\n');
  expect(command).toBe(`conf_command --context_file='${FILE}' --action='reload'`);
  expect(added.stdout).not.toContain('service_context');
  const reloaded = await home.run('conf_command', ...command.replaceAll("'", '').split(' ').slice(1));
  expect(reloaded).toMatchObject({ exitCode: 0, stderr: '' });
  expect(reloaded.stdout).toMatch(/added +ts_101/);
  const listed = await home.run('conf_command', '--action=list');
  expect(listed.stdout).toMatch(/ts_100 +started[^]*ts_101 +started/);
  provider.interrupt();
  await provider.ended;
  const after = await home.run('create_service', '--task_service=Talk', '--task_class=Talking');
  expect(after.stdout).toContain('Run the context, then start its services from another terminal:\n');
});

test('why answers for every service, also for one that was never started.', async () => {
  await using home = await openHome();
  const file = await home.writeContext(
    { id: 'ts_1', instance: 'Forever' },
    { id: 'ts_2', instance: 'Forever', entry: 'on_exit' },
  );
  await home.startProvider([], file);
  const why = (id: string) => home.run('conf_command', '--action=why', `--task_id=${id}`);
  const before = await why('ts_2');
  expect(before).toMatchObject({ exitCode: 1, stdout: '' });
  expect(before.stderr).toContain('hint: nothing has been started yet');
  await home.run('conf_command', '--action=start', `--context_file=${file}`, '--transaction=T1');
  const started = await why('ts_1');
  expect(started.stdout).toMatch(/command[^]*\nts_1 is started since/);
  const { exitCode, stdout } = await why('ts_2');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(
    /^ts_2 has not been started yet by a command, a transition or its entry\nts_2 is defined since /,
  );
});
