// The tutorial of the Python original, each of its commands in our form, and what each prints.

import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test, vi } from 'vitest';
import { install, type Installation } from '../helpers/installation.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { freePorts } from '../helpers/ports.js';

expectNoLeftovers();
// It runs many programs, one after the other.
vi.setConfig({ testTimeout: 180_000 });

interface Tutorial {
  readonly installed: Installation;
  readonly sub: string;
  readonly pub: string;
}

/** What a command prints, both streams, with what differs from run to run replaced by names. */
async function type({ installed, sub, pub }: Tutorial, command: string, ...flags: readonly string[]) {
  const { folder, env } = installed;
  const path = join(folder, 'node_modules/.bin', command);
  const { all, exitCode } = await execa(path, flags, { cwd: folder, env, reject: false, all: true });
  return { exitCode, printed: neutral(all, { folder, sub, pub }) };
}

function neutral(text: string, { folder, sub, pub }: { folder: string; sub: string; pub: string }): string {
  return text
    .replaceAll(folder, 'FOLDER')
    .replaceAll(sub, 'SUB')
    .replaceAll(pub, 'PUB')
    .replace(/pid +\d+/g, 'pid PID')
    .replace(/ +[\d.]+ m?s$/gm, ' TIME')
    .replace(/^\d\d:\d\d:\d\d/gm, 'TIME')
    .replace(/[ \t]+$/gm, '');
}

async function openTutorial(): Promise<Tutorial & AsyncDisposable> {
  const installed = await install();
  const [sub = 0, pub = 0] = await freePorts(2);
  const close = () => installed[Symbol.asyncDispose]();
  return { installed, sub: String(sub), pub: String(pub), [Symbol.asyncDispose]: close };
}

/** A provider that is ready; what it has printed until it ended. */
async function provide({ installed, sub, pub }: Tutorial, file: string) {
  const { folder, env } = installed;
  const path = join(folder, 'node_modules/.bin/service_context');
  const provider = execa(path, [file], { cwd: folder, env, reject: false, all: true });
  await new Promise<void>((resolve) => {
    provider.all.on('data', (text: Buffer) => {
      if (text.includes('is ready')) resolve();
    });
  });
  const end = async () => {
    provider.kill('SIGINT');
    // How often a task has reported its steps by then is a matter of time.
    const shown = (await provider).all.split('\n').filter((line) => !line.includes(' updated '));
    return neutral(shown.join('\n'), { folder, sub, pub });
  };
  const close = async () => {
    await end();
  };
  return { end, [Symbol.asyncDispose]: close };
}

const list = async ({ installed }: Tutorial, folder: string) =>
  (await readdir(join(installed.folder, folder))).toSorted();

test('Service creation, and executing a context.', async () => {
  await using tutorial = await openTutorial();
  const { installed, sub, pub } = tutorial;
  const created = await type(
    tutorial,
    'create_service',
    `--service_path=${installed.folder}`,
    '--task_service=EchoAction',
    '--task_class=EchoShouting',
    '--task_desc=An echo action is for shouting the time after counting 10s',
    '--context_name=EchoAction',
    '--service_name=echo_action',
    '--server_ip=127.0.0.1',
    `--sub_port=${sub}`,
    `--pub_port=${pub}`,
    '--task_id=ts_100',
    '--device_action=shout',
  );
  expect(created).toMatchInlineSnapshot(`
    {
      "exitCode": 0,
      "printed": "created: services/EchoAction/index.ts
    created: services/EchoAction/ServiceEchoAction.ts
    created: services/EchoAction/EchoAction.ts
    created: conf/Context-EchoAction.xml

    Run the context, then start its services from another terminal:
      npx service_context conf/Context-EchoAction.xml
      npx conf_command --endpoint='tcp://127.0.0.1:PUB' --context_file='conf/Context-EchoAction.xml' --service_name='context' --service_id='EchoAction' --transaction='' --action='start'",
    }
  `);
  expect(await list(tutorial, 'conf')).toEqual(['Context-EchoAction.xml']);
  expect(await list(tutorial, 'services')).toEqual(['EchoAction']);
  expect(await list(tutorial, 'services/EchoAction')).toEqual([
    'EchoAction.ts',
    'ServiceEchoAction.ts',
    'index.ts',
  ]);

  const file = 'conf/Context-EchoAction.xml';
  await using provider = await provide(tutorial, file);
  const command = (action: string) =>
    type(
      tutorial,
      'conf_command',
      `--endpoint=tcp://127.0.0.1:${pub}`,
      `--context_file=${file}`,
      '--service_name=context',
      '--service_id=context001',
      '--transaction=6FDAHH3WPRVV7FGZCRIN',
      `--action=${action}`,
    );
  expect(await command('start')).toMatchInlineSnapshot(`
    {
      "exitCode": 0,
      "printed": "transaction 6FDAHH3WPRVV7FGZCRIN
      ts_100        started   pid PID TIME",
    }
  `);
  expect(await command('restart')).toMatchInlineSnapshot(`
    {
      "exitCode": 0,
      "printed": "transaction 6FDAHH3WPRVV7FGZCRIN
      ts_100        started   pid PID TIME",
    }
  `);
  expect(await command('stop')).toMatchInlineSnapshot(`
    {
      "exitCode": 0,
      "printed": "transaction 6FDAHH3WPRVV7FGZCRIN
      ts_100        stopped TIME",
    }
  `);
  expect(await provider.end()).toMatchInlineSnapshot(`
    "TIME  provider      EchoAction is ready: publishers tcp://127.0.0.1:PUB, subscribers tcp://127.0.0.1:SUB
    TIME  command       start context001 in 6FDAHH3WPRVV7FGZCRIN
    TIME  ts_100        started pid PID
    TIME  answer        start 6FDAHH3WPRVV7FGZCRIN: success
    TIME  command       restart context001 in 6FDAHH3WPRVV7FGZCRIN
    TIME  ts_100        stopped
    TIME  ts_100        started pid PID
    TIME  answer        restart 6FDAHH3WPRVV7FGZCRIN: success
    TIME  command       stop context001 in 6FDAHH3WPRVV7FGZCRIN
    TIME  ts_100        stopped
    TIME  answer        stop 6FDAHH3WPRVV7FGZCRIN: success
    TIME  provider      all services have ended"
  `);
});

const SERVICES = [
  ['Stand', 'Standing', 'Stand', 'ts_100'],
  ['Walk', 'Walking', 'Walker', 'ts_101'],
  ['DrinkCoffee', 'Drinking', 'CoffeeDrinker', 'ts_102'],
  ['Run', 'Running', 'Runner', 'ts_103'],
] as const;
const STATES = ['on_start', 'on_update', 'on_fail', 'on_exit'].map(
  (trigger) => `<state>\n<trigger>${trigger}</trigger>\n<action></action>\n<state_id></state_id>\n</state>`,
);

/** As the tutorial has it; `stray` is what it has too much. */
function composeMeta({ installed, sub, pub }: Tutorial, stray = ''): string {
  const services = SERVICES.map(([name, taskClass, taskFile, id], at) => {
    const names = `<task_service>S00${at + 1}_${name}</task_service>\n<task_file>${taskFile}</task_file>`;
    return `<Service>\n${names}\n<task_class>${taskClass}</task_class>\n<task_desc>${name} along the street</task_desc>
<service_name>state_update</service_name>\n<task_id>${id}</task_id>\n<device_action>pass_state${at + 1}</device_action>
<task_topic>process</task_topic>\n<entry_action>on_start</entry_action>\n${STATES.join('\n')}\n</Service>\n${at > 0 ? stray : ''}`;
  });
  return `<MetaServiceConf>\n<context_name>StateMachine</context_name>\n<server_ip>127.0.0.1</server_ip>\n<sub_port>${sub}</sub_port>
<pub_port>${pub}</pub_port>\n<service_path>${installed.folder}</service_path>\n${services.join('')}</MetaServiceConf>\n`;
}

test('Generating multiple services.', async () => {
  await using tutorial = await openTutorial();
  const { installed, pub } = tutorial;
  const meta = 'conf/Services-StateMachine.xml';
  await mkdir(join(installed.folder, 'conf'));
  const create = async (stray = '') => {
    await writeFile(join(installed.folder, meta), composeMeta(tutorial, stray));
    return await type(tutorial, 'create_service', `--xml_file=${meta}`);
  };
  const refused = await create('</Service>\n');
  expect(refused.exitCode).toBe(1);
  expect(refused.printed).toMatch(/^error XML_MALFORMED: /m);
  expect(refused.printed).toContain('FOLDER/conf/Services-StateMachine.xml:69:1: stray </Service>');
  expect(await create()).toMatchInlineSnapshot(`
    {
      "exitCode": 0,
      "printed": "created: services/S001_Stand/index.ts
    created: services/S001_Stand/ServiceS001_Stand.ts
    created: services/S001_Stand/Stand.ts
    created: services/S002_Walk/index.ts
    created: services/S002_Walk/ServiceS002_Walk.ts
    created: services/S002_Walk/Walker.ts
    created: services/S003_DrinkCoffee/index.ts
    created: services/S003_DrinkCoffee/ServiceS003_DrinkCoffee.ts
    created: services/S003_DrinkCoffee/CoffeeDrinker.ts
    created: services/S004_Run/index.ts
    created: services/S004_Run/ServiceS004_Run.ts
    created: services/S004_Run/Runner.ts
    created: conf/Context-StateMachine.xml

    Run the context, then start its services from another terminal:
      npx service_context conf/Context-StateMachine.xml
      npx conf_command --endpoint='tcp://127.0.0.1:PUB' --context_file='conf/Context-StateMachine.xml' --service_name='context' --service_id='StateMachine' --transaction='' --action='start'",
    }
  `);
  const folders = await list(tutorial, 'services');
  expect(folders).toEqual(['S001_Stand', 'S002_Walk', 'S003_DrinkCoffee', 'S004_Run']);
  const walk = await list(tutorial, 'services/S002_Walk');
  expect(walk).toEqual(['ServiceS002_Walk.ts', 'Walker.ts', 'index.ts']);

  const file = 'conf/Context-StateMachine.xml';
  await using provider = await provide(tutorial, file);
  const command = (...flags: readonly string[]) =>
    type(
      tutorial,
      'conf_command',
      `--endpoint=tcp://127.0.0.1:${pub}`,
      `--context_file=${file}`,
      ...flags,
      '--transaction=5HGAHZ3WPZUI71PACRPP',
    );
  const context = ['--service_name=context', '--service_id=context001'];
  expect(await command(...context, '--action=start')).toMatchInlineSnapshot(`
    {
      "exitCode": 0,
      "printed": "transaction 5HGAHZ3WPZUI71PACRPP
      ts_100        started   pid PID TIME
      ts_101        started   pid PID TIME
      ts_102        started   pid PID TIME
      ts_103        started   pid PID TIME",
    }
  `);
  // All of them by their own topic, as the original sends it, and all of them by the provider's.
  const restarted = await command('--topic=process', '--task_id=all', '--action=restart');
  expect(restarted).toMatchInlineSnapshot(`
    {
      "exitCode": 0,
      "printed": "transaction 5HGAHZ3WPZUI71PACRPP
      ts_100        started   pid PID TIME
      ts_101        started   pid PID TIME
      ts_102        started   pid PID TIME
      ts_103        started   pid PID TIME",
    }
  `);
  expect(await command('--task_id=all', '--action=stop')).toMatchInlineSnapshot(`
    {
      "exitCode": 0,
      "printed": "transaction 5HGAHZ3WPZUI71PACRPP
      ts_100        stopped TIME
      ts_101        stopped TIME
      ts_102        stopped TIME
      ts_103        stopped TIME",
    }
  `);
  await provider.end();
});
