// A journal of another context file or other addresses is refused; its services keep running.

import { expect, test } from 'vitest';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { freePorts } from '../../helpers/ports.js';
import { isRunning } from '../../helpers/processes.js';
import { startProgram } from '../../helpers/program.js';
import { openProject, type Project } from '../../helpers/project.js';

expectNoLeftovers();

const services = [{ id: 'ts_1', instance: 'Forever' }];

/** By difference: creates the other context file; the start of the hint. */
const others: Readonly<Record<string, readonly [(project: Project) => Promise<string>, string]>> = {
  'file with other addresses': [
    async (project) => project.write(services, await freePorts(2), 'Context-Other.xml'),
    'give this context another ContextID',
  ],
  'file with the same addresses': [
    (project) => project.write(services, undefined, 'Context-Other.xml'),
    'give this context another ContextID',
  ],
  'address in the same file': [
    async (project) => project.write(services, await freePorts(2)),
    'restore the addresses and end that context with --action=exit',
  ],
};

test.each(Object.entries(others))(
  'The services of a killed provider are not taken over for another %s.',
  async (_what, [change, hint]) => {
    await using project = await openProject(services);
    const first = await project.startProvider();
    await first.command('start');
    const { pid } = (await first.tasks()).ts_1!;
    await first.kill();
    const before = project.journal();

    await using program = startProgram('service_context', await change(project));
    expect(await program.ended).toMatchObject({ code: 1 });
    const output = program.err.items.join('\n');
    expect(output).toContain(
      `error CTX_JOURNAL_FOREIGN: the journal in ${project.stateFolder} belongs to conf/`,
    );
    expect(output).toContain('it holds T1');
    expect(output).toContain(hint);
    expect(isRunning(pid!)).toBe(true);
    expect(project.journal()).toEqual(before);

    await project.write(services);
    const next = await project.startProvider();
    expect(await next.waitForStatus('ts_1', 'started')).toMatchObject({ pid, run: 1 });
  },
);

test('After a normal end of the provider another file can use its state folder.', async () => {
  await using project = await openProject(services);
  const first = await project.startProvider();
  await first.command('start');
  await first.command('exit');
  await first.program.ended;
  const file = await project.write(services, undefined, 'Context-Other.xml');
  await using program = startProgram('service_context', file, '--start', '--json');
  await program.out.waitFor((line) => line.includes('"action":"started"'));
  program.child.kill('SIGINT');
  expect(await program.ended).toMatchObject({ code: 0 });
});
