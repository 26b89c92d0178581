// create_service as a user runs it, from an empty folder.

import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { readContextFile } from '../../src/model/read/read-context.js';
import { filesIn, makeFolder, TUTORIAL, WALK } from './create-service-folder.js';
import { needs, tool } from '../helpers/requirements.js';

const CONTEXT = 'conf/Context-EchoAction.xml';
const TASK = 'services/EchoAction/EchoAction.ts';

describe('create_service', () => {
  test('writes the service and its context with the command of the tutorial', async () => {
    await using folder = await makeFolder();
    const { stdout, stderr, exitCode } = await folder.run({ ...TUTORIAL, service_path: `${folder.path}/` });
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout).toMatchInlineSnapshot(`
      "created: services/EchoAction/index.ts
      created: services/EchoAction/ServiceEchoAction.ts
      created: services/EchoAction/EchoAction.ts
      created: conf/Context-EchoAction.xml

      Run the context, then start its services from another terminal:
        npx service_context conf/Context-EchoAction.xml
        npx conf_command --endpoint='tcp://127.0.0.1:5557' --context_file='conf/Context-EchoAction.xml' --service_name='context' --service_id='EchoAction' --transaction='' --action='start'"
    `);
    expect(Object.keys(await filesIn(folder.path))).toEqual([
      '.contextd/scaffold.json',
      CONTEXT,
      TASK,
      'services/EchoAction/ServiceEchoAction.ts',
      'services/EchoAction/index.ts',
    ]);
  });

  test('changes nothing and reports that when it is run again', async () => {
    await using folder = await makeFolder();
    await folder.run(TUTORIAL);
    const before = await filesIn(folder.path);
    const { stdout, exitCode } = await folder.run(TUTORIAL);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`unchanged: ${TASK}\nunchanged: ${CONTEXT}\nNothing to change.`);
    expect(await filesIn(folder.path)).toEqual(before);
  });

  test('keeps edited files and reports them; --force overwrites code', async () => {
    await using folder = await makeFolder();
    await folder.run(TUTORIAL);
    const written = await folder.read(TASK);
    const edited = `${await folder.read(CONTEXT)}<!-- mine -->\n`.replace('>shout<', '>whisper<');
    await appendFile(join(folder.path, TASK), '// mine\n');
    await folder.write(CONTEXT, edited);
    const again = await folder.run(TUTORIAL);
    expect(again.exitCode).toBe(0);
    expect(again.stdout).toContain(`kept: ${TASK} was edited; --force overwrites\n`);
    expect(again.stdout).toContain(
      "kept: conf/Context-EchoAction.xml keeps its values: ts_100 (line 14) has the device_action 'whisper'",
    );
    expect(await folder.read(TASK)).toBe(`${written}// mine\n`);
    const forced = await folder.run({ ...TUTORIAL, force: true });
    expect(forced.stdout).toContain(`updated: ${TASK}\n`);
    expect(await folder.read(TASK)).toBe(written);
    expect(await folder.read(CONTEXT)).toBe(edited);
  });

  test('prints the changes as a diff with --dry_run, and writes nothing', async () => {
    await using folder = await makeFolder();
    const { stdout, exitCode } = await folder.run({ ...TUTORIAL, dry_run: true });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('--- /dev/null\n+++ services/EchoAction/index.ts\n@@ -0,0 +1,4 @@\n+//');
    expect(stdout).toContain('+  <TaskService id="ts_100" instance="EchoAction"');
    expect(await filesIn(folder.path)).toEqual({});
    await folder.run(TUTORIAL);
    expect((await folder.run({ ...TUTORIAL, dry_run: true })).stdout).toBe('Nothing to change.');
  });

  test('shows a diff that patch can apply', needs('git'), async () => {
    await using folder = await makeFolder();
    await folder.run(TUTORIAL);
    const { stdout } = await folder.run({ ...WALK, dry_run: true });
    await using other = await makeFolder();
    await folder.run(WALK);
    await other.run(TUTORIAL);
    await execa(tool('git'), ['apply', '-p0', '-'], { cwd: other.path, input: `${stdout}\n` });
    expect(await other.read(CONTEXT)).toBe(await folder.read(CONTEXT));
    expect(await other.read('services/Walk/Walk.ts')).toBe(await folder.read('services/Walk/Walk.ts'));
  });

  test('takes missing values from the only context, and changes nothing when it is run again', async () => {
    await using folder = await makeFolder();
    await folder.run({ ...TUTORIAL, server_ip: '127.0.0.2', sub_port: '7001', pub_port: '7002' });
    const { stdout } = await folder.run({ task_service: 'WalkHome' });
    expect(stdout).toContain(`updated: ${CONTEXT}`);
    expect(await folder.read('services/WalkHome/WalkHome.ts')).toContain('class WalkHomeTask');
    const context = await folder.read(CONTEXT);
    expect(context).toContain('id="ts_101" instance="WalkHome"');
    expect(context).toContain('<service_name>walk_home</service_name>');
    expect(context.match(/127\.0\.0\.2:700[12]/g)).toHaveLength(4);
    expect((await folder.run({ task_service: 'WalkHome' })).stdout).toContain('Nothing to change.');
    expect(await folder.read(CONTEXT)).toBe(context);
    expect((await folder.run({})).stderr).toContain('missing: --task_service');
    // With two contexts one must be named.
    await folder.run({ ...TUTORIAL, context_name: 'Other', context_id: 'context002' });
    expect((await folder.run({ task_service: 'Run' })).stderr).toContain(
      'with --context_name=EchoAction or Other most values come from that context file',
    );
  });

  test('adds a second service to the same context without changing any other byte', async () => {
    await using folder = await makeFolder();
    await folder.run(TUTORIAL);
    const before = (await folder.read(CONTEXT))
      .replace('</TaskService>', '</TaskService>   <!-- the first -->\n\n  <!-- the end -->')
      .replaceAll('\n', '\r\n');
    await folder.write(CONTEXT, before);
    const { stdout, exitCode } = await folder.run(WALK);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`updated: ${CONTEXT}`);
    const after = await folder.read(CONTEXT);
    const cut = after.replace(/\r\n {2}<TaskService id="ts_101"[^]*?<\/TaskService>/, '');
    expect(cut).toBe(before);
    const { configuration, warnings } = await readContextFile(join(folder.path, CONTEXT));
    expect(configuration.TaskService.map(({ id }) => id)).toEqual(['ts_100', 'ts_101']);
    expect(warnings).toEqual([]);
    expect((await folder.run(TUTORIAL)).stdout).toContain('Nothing to change.');
  });

  test.each([
    [
      'an id that is taken',
      { ...WALK, task_id: 'ts_100' },
      "Context-EchoAction.xml:14: the id ts_100 is taken by the instance 'EchoAction'",
    ],
    [
      'an instance under another id',
      { ...TUTORIAL, task_id: 'ts_7' },
      "xml:14: the instance EchoAction exists with the id 'ts_100'",
    ],
    [
      'another port',
      { ...WALK, sub_port: '6000' },
      "'tcp://127.0.0.1:5556', but server_ip and sub_port say 'tcp://127.0.0.1:6000'",
    ],
    ['another address', { ...WALK, server_ip: '10.0.0.1' }, "say 'tcp://10.0.0.1:5557'"],
    [
      'another context id',
      { ...WALK, context_id: 'other' },
      "ContextID is 'EchoAction', but context_id says 'other'",
    ],
  ])('writes nothing and ends with 1 for %s', async (_, flags, message) => {
    await using folder = await makeFolder();
    await folder.run(TUTORIAL);
    const before = await filesIn(folder.path);
    const { stderr, exitCode } = await folder.run({ ...flags, force: true });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error TPL_CONFLICT: /);
    expect(stderr).toContain(message);
    expect(await filesIn(folder.path)).toEqual(before);
  });

  test('reports the position of a syntax error in a context file, and writes nothing', async () => {
    await using folder = await makeFolder();
    await mkdir(join(folder.path, 'conf'));
    await folder.write(CONTEXT, '<Context>\n  <TaskService>\n</Context>\n');
    const { stderr, exitCode } = await folder.run(TUTORIAL);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error XML_MALFORMED: .*Context-EchoAction\.xml:3:1: /);
    expect(Object.keys(await filesIn(folder.path))).toEqual([CONTEXT]);
  });

  test('lists all missing flags in one message, exit code 2', async () => {
    await using folder = await makeFolder();
    const { stderr, exitCode } = await folder.run({ task_id: 'ts_100', sub_port: '5556' });
    expect(exitCode).toBe(2);
    expect(stderr).toMatchInlineSnapshot(`
      "error CLI_USAGE: missing: --service_path, --context_name, --server_ip, --pub_port, --task_service, --task_class, --task_desc, --service_name, --device_action
        hint: run 'create_service --help' to see what each flag is for"
    `);
    expect(await filesIn(folder.path)).toEqual({});
  });

  test('lists all invalid values in one message, each with a hint, exit code 2', async () => {
    await using folder = await makeFolder();
    const wrong = {
      task_service: '1Echo',
      task_class: 'class',
      pub_port: '5556',
      server_ip: '*',
      entry_action: 'soon',
    };
    const { stderr, exitCode } = await folder.run({ ...TUTORIAL, ...wrong });
    expect(exitCode).toBe(2);
    expect(stderr).toMatchInlineSnapshot(`
      "error CLI_USAGE: some flags are missing or invalid:
        --server_ip: "*" is neither an IP address nor a host name (use 127.0.0.1 for this machine only)
        --task_service: "1Echo" is not a valid name for code (use letters, digits and _, not starting with a digit, at most 100 long)
        --task_class: "class" is a reserved word (use another name, such as one that describes its purpose)
        --entry_action: "soon" is not one of the known values (use one of on_start, start_now, on_update, on_fail, on_exit)
        --pub_port: 5556 is also the sub_port (use different ports for subscribers and publishers)
        hint: run 'create_service --help' to see what each flag is for"
    `);
    expect(await filesIn(folder.path)).toEqual({});
  });

  test('creates conf/ in --home_path, with absolute paths of the services', async () => {
    await using folder = await makeFolder();
    const { stdout } = await folder.run({ ...TUTORIAL, home_path: 'my home', context_name: "the user's" });
    expect(stdout).toContain("created: my home/conf/Context-the user's.xml\n");
    expect(stdout).toContain(`npx service_context 'my home/conf/Context-the user'\\''s.xml'\n`);
    const text = await folder.read("my home/conf/Context-the user's.xml");
    expect(text).toContain(`<location>${folder.path}/services</location>`);
  });
});
