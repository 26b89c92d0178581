// The working folder, environment and user of a program, and the errors if it cannot be started.

import { chown, mkdir, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/package.js';
import { testConfiguration, type ServiceSpec } from '../../helpers/context.js';
import { eventually } from '../../helpers/eventually.js';
import { openFolder } from '../../helpers/folder.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { isRunning } from '../../helpers/processes.js';
import { spawnProgram } from '../../helpers/program.js';
import { readServiceLog, programService, shellService } from '../../helpers/program-services.js';
import { openProvider } from '../../helpers/provider.js';
import { writeContextFile } from '../../helpers/xml.js';
import { needs, tool } from '../../helpers/requirements.js';

expectNoLeftovers();

const UNPRIVILEGED = 65534;

/** Runs one service to its end and returns its output. */
async function print(spec: ServiceSpec): Promise<{ readonly log: string; readonly folder: string }> {
  await using test = await openProvider([spec]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  expect(status.error).toBeUndefined();
  await observer.waitForEvent('ts_1', 'exited');
  return { log: readServiceLog(test, 'ts_1'), folder: await realpath(test.folder) };
}

test('A program runs in the context folder or in its <cwd>.', async () => {
  const { log, folder } = await print(shellService('ts_1', 'pwd'));
  expect(log).toBe(`${folder}\n`);
  expect((await print(shellService('ts_1', 'pwd', { cwd: '/usr' }))).log).toBe('/usr\n');
});

test('A program receives its arguments unchanged, including blank ones and shell characters.', async () => {
  const arg = ['-c', 'printf "<%s>" "$@"', 'sh', '', '$HOME * "', 'two words'];
  expect((await print(programService('ts_1', { program: 'sh', arg }))).log).toBe('<><$HOME * "><two words>');
});

test('The environment of a program contains its variables, its identity and the endpoints of the bus.', async () => {
  const env = { GREETING: 'hello there', EMPTY: '' };
  const configuration = { device_action: 'greet' };
  const { log } = await print(shellService('ts_1', 'env', { env }, { name: 'greeter', configuration }));
  const seen = new Map(log.split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]));
  const own = Object.fromEntries([...seen].filter(([name]) => name.startsWith('CONTEXTD_')));
  expect(own).toMatchObject({
    CONTEXTD_TRANSACTION: 'T1',
    CONTEXTD_SERVICE_ID: 'ts_1',
    CONTEXTD_SERVICE_NAME: 'greeter',
    CONTEXTD_CONTEXT_ID: 'context001',
    CONTEXTD_DEVICE_ACTION: 'greet',
    CONTEXTD_SUBSCRIBE: expect.stringMatching(/^tcp:\/\/127\.0\.0\.1:\d+$/) as string,
    CONTEXTD_PUBLISH: expect.stringMatching(/^tcp:\/\/127\.0\.0\.1:\d+$/) as string,
    CONTEXTD_HEARTBEAT_S: '5',
    CONTEXTD_PID: expect.stringMatching(/^\d+$/) as string,
  });
  // Variables of the host are not passed to the program.
  expect(own).not.toHaveProperty('CONTEXTD_HOST');
  expect(seen.get('GREETING')).toBe('hello there');
  expect(seen.get('EMPTY')).toBe('');
  expect(seen.get('PATH')).toBe(process.env.PATH);
});

test('A provider of root runs a program as another user.', needs('root'), async () => {
  const script = 'id -un; id -Gn; echo "$USER $LOGNAME $HOME"; exec 2>&1; : > /root/not-allowed';
  await using test = await openProvider([shellService('ts_1', script, { user: 'nobody', cwd: '/' })]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await observer.waitForEvent('ts_1', 'failed');
  const lines = readServiceLog(test, 'ts_1').split('\n');
  expect(lines.slice(0, 3)).toEqual(['nobody', 'nogroup', ['nobody', 'nobody', '/nonexistent'].join(' ')]);
  expect(lines[3]).toContain('Permission denied');
});

test('A program of another user is stopped with its child processes.', needs('root'), async () => {
  const script = 'sleep 1000 & echo $!; echo $$; exec sleep 1001';
  await using test = await openProvider([shellService('ts_1', script, { user: 'nobody', cwd: '/' })]);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  expect(status.services).toMatchObject([{ state: 'started' }]);
  const pids = () => readServiceLog(test, 'ts_1').split('\n').filter(Boolean).map(Number);
  await eventually(() => pids().length === 2, 'its pids are printed');
  expect(pids().every(isRunning)).toBe(true);
  const stopped = await client.command({ action: 'stop', transaction: 'T1' });
  expect(stopped.status.services).toMatchObject([{ state: 'stopped' }]);
  expect(pids().some(isRunning)).toBe(false);
});

test(
  'A provider that is not root is refused another user, and its own is fine.',
  needs('another user'),
  async () => {
    await using folder = await openFolder();
    await chown(folder.path, UNPRIVILEGED, UNPRIVILEGED);
    const services = [
      shellService('ts_1', 'exec sleep 1000', { user: 'root' }),
      shellService('ts_2', 'exec sleep 1000', { user: 'nobody' }),
    ];
    const file = await writeContextFile(folder.path, testConfiguration(services, bindsIn(folder.path)));
    const main = join(packageRoot, 'dist', 'tools', 'service_context.js');
    const args = ['--reuid=nobody', '--regid=nogroup', '--clear-groups', process.execPath, main, file];
    await using program = spawnProgram(tool('setpriv'), ...args, '--start', '--json');
    const answer = JSON.parse(await program.out.waitFor((line) => line.includes('"kind":"answer"'))) as {
      readonly status: { readonly services: readonly { readonly service_id: string }[] };
    };
    const byId = new Map(answer.status.services.map((each) => [each.service_id, each]));
    expect(byId.get('ts_2')).toMatchObject({ state: 'started' });
    expect(byId.get('ts_1')).toMatchObject({
      state: 'failed',
      error: {
        code: 'SVC_USER_REFUSED',
        message: expect.stringMatching(
          /^ts_1: the provider \(user id \d+\) may not run a program as root$/,
        ) as string,
      },
    });
    program.child.kill('SIGTERM');
    await program.ended;
  },
);

function bindsIn(folder: string): Readonly<Record<string, string>> {
  const [publish, subscribe] = [`ipc://${folder}/pub`, `ipc://${folder}/sub`];
  return {
    FrontEndEndpoint: subscribe,
    BackendEndpoint: publish,
    FrontBind: publish,
    BackendBind: subscribe,
  };
}

interface Broken {
  readonly what: string;
  readonly command: Readonly<Record<string, unknown>>;
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
}

const BROKEN: readonly Broken[] = [
  {
    what: 'that is not at its path',
    command: { program: '/nowhere/at/all' },
    error: {
      code: 'SVC_PROGRAM_NOT_FOUND',
      message: 'ts_1: no program /nowhere/at/all',
      hint: 'correct <program> in the context file; a relative path is relative to the context folder',
    },
  },
  {
    what: 'that is not in PATH',
    command: { program: 'no-such-thing', env: { PATH: '/usr/bin:relative:/bin' } },
    error: {
      code: 'SVC_PROGRAM_NOT_FOUND',
      message: 'ts_1: no program "no-such-thing" in PATH: /usr/bin, /bin',
      hint: 'install it, or correct <program> in the context file; one in the context folder is ./no-such-thing',
    },
  },
  {
    what: 'that is not executable',
    command: { program: './plain.txt' },
    error: {
      code: 'SVC_PROGRAM_NOT_EXECUTABLE',
      message: 'ts_1: FOLDER/plain.txt is not executable',
      hint: 'chmod +x FOLDER/plain.txt; or use its interpreter as <program> and the file as <arg>',
    },
  },
  {
    what: 'that is a folder',
    command: { program: './folder' },
    error: {
      code: 'SVC_PROGRAM_NOT_EXECUTABLE',
      message: 'ts_1: FOLDER/folder is not a file',
      hint: 'chmod +x FOLDER/folder; or use its interpreter as <program> and the file as <arg>',
    },
  },
  {
    what: 'whose interpreter is missing',
    command: { program: './script' },
    error: {
      code: 'SVC_PROGRAM_NOT_FOUND',
      message: 'FOLDER/script cannot be started: spawn FOLDER/script ENOENT',
      hint: 'correct the interpreter in the first line (#!) of the file',
    },
  },
  {
    what: 'whose folder is missing',
    command: { program: 'true', cwd: '/nowhere' },
    error: {
      code: 'SVC_LAUNCH_FAILED',
      message: 'ts_1: the working folder /nowhere does not exist',
      hint: 'create the folder, or correct <cwd> in the context file; the path is relative to the context folder',
    },
  },
  {
    what: 'whose user is unknown',
    command: { program: 'true', user: 'no-such-user' },
    error: {
      code: 'SVC_USER_UNKNOWN',
      message: 'ts_1: user "no-such-user" does not exist',
      hint: 'create the user, or correct <user> in the context file',
    },
  },
];

test.each(BROKEN)('A program $what fails with a reason and a hint.', async ({ command, error }) => {
  await using test = await openProvider([
    programService('ts_1', command, { transitions: { on_fail: 'start ts_2' } }),
    shellService('ts_2', 'exec sleep 1000', {}, { entry: 'on_fail' }),
  ]);
  await writeFile(join(test.folder, 'plain.txt'), 'text');
  await mkdir(join(test.folder, 'folder'));
  await writeFile(join(test.folder, 'script'), '#!/no/such/interpreter\n', { mode: 0o755 });
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  const inFolder = (text: string) => text.replaceAll('FOLDER', test.folder);
  const reported = { ...error, message: inFolder(error.message), hint: inFolder(error.hint) };
  expect(status.services).toMatchObject([{ service_id: 'ts_1', state: 'failed', error: reported }]);
  const failed = await observer.waitForEvent('ts_1', 'failed');
  expect(failed.content.status).toMatchObject({ result: 'failure', error: reported });
  await observer.waitForEvent('ts_2', 'started');
});
