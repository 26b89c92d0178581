// Variables from <env> and <env_file>, for programs and for services in TypeScript.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clientConfiguration, type ServiceSpec } from '../../helpers/context.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { shellService } from '../../helpers/program-services.js';
import { openProvider } from '../../helpers/provider.js';
import { openProject, TRANSACTION } from '../../helpers/project.js';

expectNoLeftovers();

type Variables = Readonly<Record<string, unknown>>;

const NAMES = ['A', 'B', 'C', 'D', 'CONTEXTD_TOKEN'];
const FILE = ['# a comment', 'A=from the file', 'export C="  two\nlines "', "D='a # b'", ''].join('\n');

const KINDS: readonly (readonly [string, (variables: Variables) => ServiceSpec])[] = [
  [
    'a service in TypeScript',
    (variables) => ({
      id: 'ts_1',
      instance: 'Environment',
      configuration: { names: NAMES.join(' '), ...variables },
    }),
  ],
  [
    'a program',
    (variables) =>
      shellService(
        'ts_1',
        `exec /usr/bin/env node -e 'console.log(JSON.stringify(Object.fromEntries(process.argv.slice(1).map((name) => [name, process.env[name] ?? null]))))' ${NAMES.join(' ')}`,
        { events: 'json', ...variables },
      ),
  ],
];

test.each(KINDS)(
  '%s receives its variables; <env> overrides <env_file>, which is read at each start.',
  async (_kind, spec) => {
    await using project = await openProject([
      spec({ env: { A: ' from\n<env> & "more" ', B: '' }, env_file: 'conf/.env' }),
    ]);
    await writeFile(join(project.folder, 'conf', '.env'), FILE);
    const provider = await project.startProvider();
    await using observer = await observeBus(project.endpoints);
    const token = expect.stringContaining(TRANSACTION) as string;
    await provider.command('start');
    const first = await observer.waitForEvent('ts_1', 'updated');
    expect(first.content.status).toMatchObject({
      A: ' from\n<env> & "more" ',
      B: '',
      C: '  two\nlines ',
      D: 'a # b',
      CONTEXTD_TOKEN: token,
    });
    await writeFile(join(project.folder, 'conf', '.env'), 'A=x\nD=another\n');
    await observer.waitForEvent('ts_1', 'exited');
    await using later = await observeBus(project.endpoints);
    await provider.command('restart');
    const second = await later.waitForEvent('ts_1', 'updated');
    expect(second.content.status).toMatchObject({ B: '', C: null, D: 'another', CONTEXTD_TOKEN: token });
  },
);

test.each(KINDS)(
  '%s does not start if its <env_file> is missing or contains an invalid name.',
  async (_kind, spec) => {
    await using project = await openProject([spec({ env_file: 'conf/.env' })]);
    const provider = await project.startProvider();
    const [missing] = await provider.command('start');
    expect(missing).toMatchObject({ state: 'failed', error: { code: 'SVC_ENV_FILE' } });
    expect(missing?.error).toMatchObject({
      message: expect.stringContaining(join(project.folder, 'conf', '.env')) as string,
      hint: expect.stringContaining('<env_file>') as string,
    });
    await writeFile(join(project.folder, 'conf', '.env'), 'CONTEXTD_TOKEN=mine\n');
    expect(await provider.command('start')).toMatchObject([
      { error: { code: 'SVC_ENV_FILE', message: expect.stringContaining('"CONTEXTD_TOKEN"') as string } },
    ]);
  },
);

test.each([
  ['other variables', { env: { LD_PRELOAD: '/tmp/other.so' } }],
  ['another file of variables', { env_file: '/tmp/other.env' }],
])(
  'A command over the bus that names %s for a service in TypeScript is refused.',
  async (_what, variables) => {
    const own = { id: 'ts_1', instance: 'Environment', configuration: { names: 'A', env: { A: '1' } } };
    await using test = await openProvider([own]);
    const client = await test.client();
    const start = (configuration: Variables) =>
      client.command({
        action: 'start',
        transaction: 'T1',
        configuration: clientConfiguration([{ ...own, configuration: { names: 'A', ...configuration } }]),
      });
    const { status } = await start(variables);
    expect(status).toMatchObject({ result: 'failure', error: { code: 'SVC_PROGRAM_REFUSED' } });
    expect(status.error?.message).toMatch(
      /^ts_1: .*Context-Test\.xml has no service with this <env> and <env_file>$/,
    );
    expect((await start({ env: { A: '1' } })).status).toMatchObject({ result: 'success' });
  },
);
