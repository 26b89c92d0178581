// create_service --xml_file as a user runs it: a folder with a meta file and nothing else.

import { appendFile, copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { readContextFile } from '../../src/model/read/read-context.js';
import { filesIn, makeFolder } from './create-service-folder.js';

const META = 'conf/Services-StateMachine.xml';
const CONTEXT = 'conf/Context-StateMachine.xml';
const NAMES = ['Stand', 'Walk', 'DrinkCoffee', 'Run'];
const CODE = NAMES.flatMap((name) =>
  ['index', `Service${name}`, name].map((file) => `services/${name}/${file}.ts`),
);

/** A folder in which only the meta file is. */
async function makeMetaFolder(source = join(packageRoot, META)) {
  const folder = await makeFolder();
  await mkdir(join(folder.path, 'conf'));
  await copyFile(source, join(folder.path, META));
  return {
    ...folder,
    generate: (flags: Parameters<typeof folder.run>[0] = {}) => folder.run({ xml_file: META, ...flags }),
    /** Changes what the file says behind its third service. */
    edit: async (from: string, to: string) => {
      const text = await folder.read(META);
      const at = text.indexOf(from, text.indexOf('<task_service>Run<'));
      expect(at).toBeGreaterThan(0);
      await folder.write(META, text.slice(0, at) + to + text.slice(at + from.length));
    },
  };
}

describe('create_service --xml_file', () => {
  test('writes all services and one context, which loads without a warning', async () => {
    await using folder = await makeMetaFolder();
    const { stdout, stderr, exitCode } = await folder.generate();
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const [lines = '', next] = stdout.split('\n\n');
    expect(lines.split('\n')).toEqual([...CODE, CONTEXT].map((file) => `created: ${file}`));
    expect(next).toContain(`npx service_context ${CONTEXT}\n`);
    expect(Object.keys(await filesIn(folder.path)).sort()).toEqual(
      ['.contextd/scaffold.json', META, CONTEXT, ...CODE].sort(),
    );
    const { configuration, warnings } = await readContextFile(join(folder.path, CONTEXT));
    expect(warnings).toEqual([]);
    const services = configuration.TaskService.map(({ id, instance, Task: { state } }) => [
      `${id} ${instance} ${state.type}`,
      ...(['on_start', 'on_update', 'on_fail', 'on_exit'] as const).map((trigger) =>
        `${state[trigger].action} ${state[trigger].call}`.trim(),
      ),
    ]);
    expect(services).toEqual([
      ['ts_100 Stand on_start', '', '', '', 'start ts_101'],
      ['ts_101 Walk on_exit', '', '', '', 'start ts_102'],
      ['ts_102 DrinkCoffee on_exit', '', 'start ts_103', '', ''],
      ['ts_103 Run on_update', '', '', '', ''],
    ]);
    expect(await folder.read('services/Stand/Stand.ts')).toContain('class Standing extends SingleTask');
    expect(await folder.read('services/Run/Run.ts')).toContain('class Running extends LoopedTask');
  });

  test('resolves paths relative to the meta file', async () => {
    await using folder = await makeMetaFolder();
    const program = join(packageRoot, 'dist/tools/create_service.js');
    await mkdir(join(folder.path, 'elsewhere'));
    const { exitCode } = await execa(process.execPath, [program, `--xml_file=../${META}`], {
      cwd: join(folder.path, 'elsewhere'),
    });
    expect(exitCode).toBe(0);
    expect(Object.keys(await filesIn(folder.path))).toContain(CONTEXT);
    expect(await folder.read(CONTEXT)).toContain('<location>services</location>');
  });

  test('changes nothing and reports that when it is run again', async () => {
    await using folder = await makeMetaFolder();
    await folder.generate();
    const before = await filesIn(folder.path);
    const { stdout, exitCode } = await folder.generate();
    expect(exitCode).toBe(0);
    const lines = [...CODE, CONTEXT].map((file) => `unchanged: ${file}\n`).join('');
    expect(stdout.startsWith(`${lines}Nothing to change.\n`)).toBe(true);
    expect(await filesIn(folder.path)).toEqual(before);
  });

  test('keeps edited files and reports them; --force overwrites only code', async () => {
    await using folder = await makeMetaFolder();
    await folder.generate();
    const written = await folder.read('services/Walk/Walk.ts');
    await appendFile(join(folder.path, 'services/Walk/Walk.ts'), '// mine\n');
    const edited = (await folder.read(CONTEXT))
      .replace('>pass_state3<', '>sip<')
      .replace(/<ContextID>\w+</, '<ContextID>mine<');
    await folder.write(CONTEXT, edited);
    const { stdout } = await folder.generate();
    expect(stdout).toContain('kept: services/Walk/Walk.ts was edited; --force overwrites\n');
    expect(stdout).toContain("ts_102 (line 90) has the device_action 'sip', not 'pass_state3'");
    expect(stdout).toContain('Nothing to change.');
    await folder.generate({ force: true });
    expect(await folder.read('services/Walk/Walk.ts')).toBe(written);
    expect(await folder.read(CONTEXT)).toBe(edited);
  });

  test('adds new services of the meta file to the existing ones', async () => {
    await using folder = await makeMetaFolder();
    await folder.generate();
    await rm(join(folder.path, 'services/Run'), { recursive: true });
    const before = await folder.read(CONTEXT);
    await folder.edit('</MetaServiceConf>', `${restService()}\n</MetaServiceConf>`);
    const { stdout } = await folder.generate();
    expect(stdout).toContain('created: services/Run/Run.ts\n');
    expect(stdout).toContain('created: services/Rest/Rest.ts\n');
    expect(stdout).toContain(`updated: ${CONTEXT}\n`);
    const after = await folder.read(CONTEXT);
    expect(after.replace(/\n {2}<TaskService id="ts_104"[^]*?<\/TaskService>/, '')).toBe(before);
  });

  test('prints the changes as a diff with --dry_run, and writes nothing', async () => {
    await using folder = await makeMetaFolder();
    const { stdout, exitCode } = await folder.generate({ dry_run: true });
    expect(exitCode).toBe(0);
    const shown = [...stdout.matchAll(/^\+\+\+ (.*)$/gm)].map(([, file]) => file);
    expect(shown).toEqual([...CODE, CONTEXT]);
    expect(Object.keys(await filesIn(folder.path))).toEqual([META]);
  });

  test.each([
    ['a trigger without an action', '<state_id><', 'state_id "ts_9" without an action'],
    ['an id that is taken', '<task_id>ts_103<', 'task_id "ts_102" is taken'],
    ['a class that cannot be', '>Running<', 'task_class "class" is a reserved word'],
    ['an unknown word', '<entry_action>on_update<', 'entry_action "soon", allowed'],
  ])('writes nothing for a fault of the fourth service: %s', async (_, sound, message) => {
    await using folder = await makeMetaFolder();
    const wrong = /"(.*?)"/.exec(message)?.[1] ?? '';
    await folder.edit(sound, sound.replace(/[^<>]*<?$/, `${wrong}<`));
    const { stderr, exitCode } = await folder.generate();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error CTX_INVALID: /);
    const lines = stderr.split('\n').find((line) => line.includes(message));
    expect(lines).toMatch(/Services-StateMachine\.xml:1[1-4]\d:\d+: /);
    expect(Object.keys(await filesIn(folder.path))).toEqual([META]);
  });

  test('writes nothing if the fourth service cannot be written', async () => {
    await using folder = await makeMetaFolder();
    await mkdir(join(folder.path, 'services'));
    await folder.write('services/Run', 'in the way\n');
    const { stderr, exitCode } = await folder.generate();
    expect(exitCode).toBe(1);
    expect(stderr).toContain('a file is where a folder is expected, or the reverse');
    expect(Object.keys(await filesIn(folder.path))).toEqual([META, 'services/Run']);
  });

  test('reports stray tags with line and column', async () => {
    const printed = join(packageRoot, 'test/fixtures/contexts/Services-AsPrinted.xml');
    await using folder = await makeMetaFolder(printed);
    const { stderr, exitCode } = await folder.generate();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error XML_MALFORMED: .*Services-StateMachine\.xml has 3 problems:\n/);
    const stray = 'stray </Service>: <MetaServiceConf> of line 1 is open here (remove it)';
    const lines = [71, 104, 137].map((line) => `Services-StateMachine.xml:${line}:3: ${stray}`);
    expect(lines.filter((each) => !stderr.includes(each))).toEqual([]);
  });

  test('rejects flags of a single service in one message with exit code 2', async () => {
    await using folder = await makeMetaFolder();
    const { stderr, exitCode } = await folder.generate({ task_id: 'ts_1', service_path: '.', dry_run: true });
    expect(exitCode).toBe(2);
    expect(stderr).toMatchInlineSnapshot(`
      "error CLI_USAGE: --xml_file cannot be used with --service_path, --task_id
        hint: remove them and set their values in conf/Services-StateMachine.xml; only --dry_run and --force can be used with --xml_file"
    `);
  });

  test('writes nothing for a file without services, and reports that', async () => {
    await using folder = await makeMetaFolder();
    await folder.write(META, (await folder.read(META)).replace(/<Service [^]*<\/Service>/, ''));
    const { stdout, stderr, exitCode } = await folder.generate();
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 });
    expect(stderr).toMatch(/^warning: .*Services-StateMachine\.xml:7:1: the file has no <Service>: nothing /);
    expect(Object.keys(await filesIn(folder.path))).toEqual([META]);
  });

  test('lists the existing files when the given one does not exist', async () => {
    await using folder = await makeMetaFolder();
    const { stderr, exitCode } = await folder.run({ xml_file: 'conf/Services-Machine.xml' });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(': Services-StateMachine.xml');
  });

  test('changes nothing in this package, whose samples it wrote', async () => {
    await using folder = await makeFolder();
    for (const name of ['StateMachine', 'Sample']) {
      const file = join(packageRoot, `conf/Services-${name}.xml`);
      const { stdout, exitCode } = await folder.run({ xml_file: file, dry_run: true });
      expect(exitCode).toBe(0);
      expect(stdout.split('\n').filter((line) => !line.startsWith('kept: '))).toEqual(['Nothing to change.']);
    }
  });
});

function restService(): string {
  const states = ['on_start', 'on_update', 'on_fail', 'on_exit'].map(
    (trigger) => `<state><trigger>${trigger}</trigger></state>`,
  );
  return `<Service>
    <task_service>Rest</task_service><task_class>Resting</task_class><task_desc>Sleep</task_desc>
    <service_name>rest</service_name><task_id>ts_104</task_id>${states.join('')}
  </Service>`;
}
