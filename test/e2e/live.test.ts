// The live view in a real terminal: presses keys and reads the screen.

import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { eventually } from '../helpers/eventually.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { startProgram, WITH_TYPESCRIPT } from '../helpers/program.js';
import { openProject, TRANSACTION, type Project } from '../helpers/project.js';
import { SHELL_FLAGS, openPane, type Pane } from '../helpers/tmux.js';
import { needs } from '../helpers/requirements.js';

expectNoLeftovers();
// Programs start one after the other, and a terminal is looked at again and again.
vi.setConfig({ testTimeout: 120_000 });

/** The end of the sequence that clears the screen, or a part of it. */
const CLEARS = /\[\d*J/;

const SERVICES = [
  { id: 'ts_1', instance: 'Forever' },
  { id: 'ts_2', instance: 'Forever' },
  { id: 'ts_3', instance: 'Forever', entry: 'on_exit' },
] as const;

const watchFlags = ({ file }: Project) => [
  `--context_file=${file}`,
  '--action=top',
  '--watch',
  '--interval=0.5',
];

/** The view in a terminal, showing the services of a provider. */
async function watch(pane: Pane, project: Project): Promise<void> {
  await pane.start('conf_command', ...watchFlags(project));
  await pane.waitForLine(/^.ts_1 +\d+ started/);
}

/** What the shell says of its terminal. */
async function settings(pane: Pane, mark: string): Promise<string> {
  await pane.enter(`echo ${mark} $(stty -g | md5sum)`);
  return (await pane.waitForLine(new RegExp(`^${mark} [0-9a-f]{32}`))).slice(mark.length);
}

test('The view sorts, filters and shows details, and q restores the terminal.', needs('tmux'), async () => {
  await using project = await openProject(SERVICES);
  await using provider = await project.startProvider('--start', `--transaction=${TRANSACTION}`);
  await using pane = await openPane();
  const before = await settings(pane, 'before');
  await watch(pane, project);
  expect(await pane.flags()).toBe('cursor 0 alternate 1');
  const screen = await pane.screen();
  expect(screen[0]).toMatch(/^context001 {2}T1 {2}tcp:\/\/127\.0\.0\.1:\d+ +\d\d:\d\d:\d\d$/);
  expect(screen[1]).toBe('services 3: 2 started  1 defined');
  expect(screen[2]).toMatch(/^all: cpu [\d.]+% {2}rss [\d.]+M {2}vms .* {2}pids 2 {2}children 0$/);
  expect(screen.at(-1)).toMatch(/^q quit .* sort: c cpu/);

  await pane.press('n');
  await pane.waitForLine(/^ SERVICE▲/);
  await pane.press('n');
  await pane.waitForLine(/^ SERVICE▼/);
  expect((await pane.screen())[5]).toMatch(/^>ts_3 +- defined/);

  await pane.press('/');
  await pane.press('-l', 'ts_2');
  await pane.waitForLine(/^services 3, 1 shown: /);
  await pane.press('Enter', 'Enter');
  await pane.waitForLine(/^ts_2 {2}Forever test {2}pid \d+ {2}started {2}up /);
  await pane.waitForLine(/^connections \(\d+\)$/);
  await pane.press('End');
  await pane.waitForLine(/M +[\d.]+M +\S+$/);
  await pane.press('Escape');
  await pane.waitForLine(/^filter: ts_2/);
  await pane.press('Escape');
  await pane.waitForLine(/^services 3: /);

  await provider.command('stop', 'ts_1');
  await pane.waitForLine(/^.ts_1 +- stopped/);
  await pane.press('q');
  await pane.waitForLine(/^ready>$/);
  expect(await pane.flags()).toBe(SHELL_FLAGS);
  expect(await settings(pane, 'after')).toBe(before);
  expect(pane.written().split('\u001b[?1049h')[1]!.split('\u001b[?1049l')[0]).not.toMatch(CLEARS);

  // Last, for what a terminal of another size shows of earlier lines is its own affair.
  await provider.command('start', 'ts_1');
  await watch(pane, project);
  await pane.resize(100, 12);
  await pane.waitForLine(/^context001 .*every 0\.5 s {2}\d\d:\d\d:\d\d$/);
  expect(await pane.screen()).toHaveLength(12);
  await pane.press('q');
  await eventually(async () => (await pane.flags()) === SHELL_FLAGS, 'the terminal is given back');
});

test('Ctrl-C, SIGTERM and SIGHUP restore the terminal.', needs('tmux'), async () => {
  await using project = await openProject(SERVICES);
  await using provider = await project.startProvider('--start', `--transaction=${TRANSACTION}`);
  await using pane = await openPane();
  expect(Object.keys(await provider.tasks())).toHaveLength(3);
  const before = await settings(pane, 'before');
  const ways = ['C-c', 'SIGTERM', 'SIGHUP'] as const;
  for (const way of ways) {
    await watch(pane, project);
    if (way === 'C-c') await pane.press(way);
    else process.kill(await pane.child(), way);
    await pane.waitUntilGone(/^services/);
    expect(await settings(pane, `after-${way}`)).toBe(before);
    expect(await pane.flags()).toBe(SHELL_FLAGS);
    await pane.enter('clear; echo $? was the code');
    await pane.waitForLine(/^0 was the code/);
  }
});

test('The view reports a provider that is gone and continues when it is back.', needs('tmux'), async () => {
  await using project = await openProject(SERVICES);
  await using first = await project.startProvider('--start', `--transaction=${TRANSACTION}`);
  await using pane = await openPane();
  await watch(pane, project);
  await first.kill();
  await pane.waitForLine(/^no answer for \d+ s|retrying/);
  await pane.waitForLine(/retrying/);
  await using second = await project.startProvider();
  await pane.waitUntilGone(/retrying|no answer/);
  await second.command('stop', 'ts_2');
  await pane.waitForLine(/^.ts_2 +- stopped/);
  // Also while it looks for one that does not come, q ends it at once.
  await second.command('stop');
  await second.kill();
  await pane.waitForLine(/retrying/);
  await pane.press('q');
  await pane.waitForLine(/^ready>$/);
  expect(await pane.flags()).toBe(SHELL_FLAGS);
  expect((await pane.screen()).join('\n')).not.toContain('WARNING');
});

test('An uncaught error restores the terminal too.', needs('tmux'), async () => {
  await using pane = await openPane();
  const before = await settings(pane, 'before');
  const run = pathToFileURL(join(packageRoot, 'src/cli/terminal/process-terminal.ts')).href;
  const script = [
    `import { ProcessTerminal } from "${run}";`,
    'const { screen } = new ProcessTerminal();',
    'screen.open({ typed: () => { throw new Error("thrown on purpose") }, resized() {}, hungUp() {} });',
    'screen.write("opened");',
  ].join(' ');
  await pane.enter(`${process.execPath} ${WITH_TYPESCRIPT.join(' ')} --input-type=module -e '${script}'`);
  await pane.waitForLine(/^opened/);
  expect(await pane.flags()).toBe('cursor 0 alternate 1');
  await pane.press('x');
  await pane.waitForLine(/^Error: thrown on purpose/);
  expect(await pane.flags()).toBe(SHELL_FLAGS);
  expect(await settings(pane, 'after')).toBe(before);
});

test('Without a terminal --watch fails, and with --json it prints a line per sample until a signal.', async () => {
  await using project = await openProject(SERVICES);
  await using provider = await project.startProvider('--start', `--transaction=${TRANSACTION}`);
  await using refused = startProgram('conf_command', ...watchFlags(project));
  expect(await refused.ended).toEqual({ code: 2, signal: null });
  expect(refused.err.items[0]).toBe('error CLI_USAGE: --watch needs a terminal as its input and output');
  await using program = startProgram('conf_command', ...watchFlags(project), '--json');
  await eventually(() => program.out.items.length >= 3, 'three samples');
  await provider.command('stop', 'ts_1');
  const line = await program.out.waitFor((each) => each.includes('"stopped"'));
  expect(JSON.parse(line)).toMatchObject({
    transaction: TRANSACTION,
    services: [{ service_id: 'ts_1', status: 'stopped', memory: null }, { service_id: 'ts_2' }, {}],
  });
  program.child.kill('SIGTERM');
  expect(await program.ended).toEqual({ code: 0, signal: null });
  expect(program.err.items).toEqual([]);
});
