// Values that could be executed, in every flag and every element, are rejected or written as plain text.

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import vm from 'node:vm';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createService } from '../../../src/cli/scaffold/create-service.js';
import { init } from '../../../src/cli/scaffold/init.js';
import { runCommand } from '../../../src/cli/run.js';
import { readXml, type XmlElement } from '../../../src/xml/xml.js';
import { asXmlText } from '../../../src/scaffold/escape.js';
import { escapeText } from '../../../src/cli/terminal/escape.js';
import { createTerminal } from '../../helpers/terminal.js';
import { FULL_META } from '../model/sample-files.js';

const VALUES = [
  '*/ pwned = 1; process.exit() /*',
  '"]]>',
  ']]><evil/>',
  '${pwned = 1}',
  '`${pwned = 1}`',
  "'; pwned = 1; '",
  '"; pwned = 1; "',
  '\\',
  'a\npwned = 1',
  'a\rpwned = 1',
  'a\u2028pwned = 1',
  'a\u2029pwned = 1',
  'a\u202e/* b',
  '</script><script>pwned = 1</script>',
  '<%- pwned = 1 %>',
  '&l9; &#0;',
  '<!-- x --><!-- -',
  '\u0430dmin', // Cyrillic a
  'K\u212aelvin',
  'Wa\u200bke',
  '__proto__',
  'constructor',
  '../../outside',
  '$& $1',
] as const;

const FLAGS = {
  service_path: 'work',
  home_path: 'work',
  task_service: 'Echo',
  task_file: 'Shouter',
  task_class: 'Shouting',
  task_desc: 'shouts',
  task_type: 'Looped',
  context_name: 'Echo',
  context_id: 'context001',
  service_name: 'echo',
  server_ip: '127.0.0.1',
  sub_port: '5556',
  pub_port: '5557',
  task_id: 'ts_1',
  device_action: 'shout',
  entry_action: 'on_start',
  location: 'services',
} as const;
const ELEMENTS = [...new Set([...FULL_META.matchAll(/<(\w+)>[^<\n]*</g)].map(([, name = '']) => name))];

let root: string;
let rooms = 0;
/** Texts that were run before without effect: most files have the same text for every value. */
const harmless = new Set<string>();

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'contextd-values-'));
});

afterAll(() => rm(root, { recursive: true, force: true }));

async function run(command: unknown, argv: readonly string[]) {
  const terminal = createTerminal();
  const exitCode = await runCommand(command as never, argv, terminal);
  return { exitCode, ...terminal.written };
}

/** A nested folder, so that files outside of it are detected, and the files that were written. */
async function openRoom() {
  rooms += 1;
  const room = join(root, String(rooms));
  const home = join(room, 'a', 'b', 'c');
  await mkdir(join(home, 'conf'), { recursive: true });
  const files = async () => {
    const entries = await readdir(room, { recursive: true, withFileTypes: true });
    return entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  };
  return { home, files };
}

/** Runs the generated code in isolation and returns its side effects. */
function runAlone(code: string): readonly string[] {
  const { outputText, diagnostics } = ts.transpileModule(code, {
    reportDiagnostics: true,
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  expect(diagnostics).toEqual([]);
  const callable: unknown = new Proxy(() => undefined, { get: () => callable, apply: () => callable });
  // Any constructor can be extended.
  const sdk = { LoopedTask: Map, SingleTask: Map, defineService: () => ({}), z: callable };
  const other = (from: object, key: string | symbol) => (Reflect.get(from, key) as unknown) ?? Map;
  const world = { require: () => new Proxy(sdk, { get: other }), exports: {} };
  const known = Object.keys(world);
  vm.runInNewContext(`(() => {${outputText}\n})()`, world);
  return Object.keys(world).filter((key) => !known.includes(key));
}

function textsIn(element: XmlElement): readonly string[] {
  return [
    element.text,
    ...element.attributes.map(({ value }) => value),
    ...element.children.flatMap(textsIn),
  ];
}

function namesIn(element: XmlElement): readonly string[] {
  return [element.name, ...element.children.flatMap(namesIn)];
}

/** Checks all written files; returns the values and the element names of the context file. */
async function inspect(files: readonly string[]) {
  const found: { texts: readonly string[]; names: readonly string[] }[] = [];
  for (const file of files) {
    const text = await readFile(file, 'utf8');
    if (file.endsWith('.ts') && !harmless.has(text)) {
      expect(runAlone(text), file).toEqual([]);
      harmless.add(text);
    }
    if (!file.endsWith('.xml') || /Services-[^/]*$/.test(file)) continue;
    const element = readXml(text, file);
    found.push({ texts: textsIn(element), names: namesIn(element) });
  }
  return found;
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();

test.each(Object.keys(FLAGS))('create_service --%s', async (flag) => {
  for (const value of VALUES) {
    const { home, files } = await openRoom();
    const isPath = flag === 'service_path' || flag === 'home_path';
    const paths = { service_path: home, home_path: home };
    const given = { ...FLAGS, ...paths, [flag]: isPath ? join(home, value.replaceAll('../', '')) : value };
    const { exitCode, err } = await run(
      createService,
      Object.entries(given).map(([name, text]) => `--${name}=${text}`),
    );
    const written = await files();
    if (exitCode !== 0) {
      expect(err, value).toMatch(/CLI_USAGE|TPL_NAME_INVALID/);
      expect(written, value).toEqual([]);
      continue;
    }
    // Only <location> may place code outside of the folder.
    const places = [home, ...(flag === 'location' ? [resolve(home, value)] : [])];
    expect(written.filter((file) => !places.some((place) => file.startsWith(`${place}/`)))).toEqual([]);
    const [context] = await inspect(written);
    expect(context!.names.filter((name) => name === 'TaskService')).toHaveLength(1);
    expect(context!.names).not.toContain('evil');
    // The class is only in the code, and the address is part of an endpoint.
    if (!isPath && !['task_file', 'task_class', 'server_ip'].includes(flag))
      expect(context!.texts.map(oneLine), value).toContain(oneLine(value));
  }
});

test.each(ELEMENTS)('<%s> of a meta file', async (element) => {
  const place = new RegExp(`<${element}>[^<]*</${element}>`);
  for (const value of VALUES) {
    const { home, files } = await openRoom();
    const file = join(home, 'conf', 'Services-Hostile.xml');
    await writeFile(
      file,
      FULL_META.replace(place, () => `<${element}>${asXmlText(value)}</${element}>`),
    );
    const { exitCode, err } = await run(createService, [`--xml_file=${file}`]);
    const written = (await files()).filter((each) => each !== file);
    if (exitCode !== 0) {
      expect(err, value).toMatch(/CTX_INVALID|CLI_USAGE|TPL_NAME_INVALID/);
      expect(written, value).toEqual([]);
      continue;
    }
    const [context] = await inspect(written);
    expect(context!.names.filter((name) => name === 'TaskService')).toHaveLength(2);
    expect(context!.names).not.toContain('evil');
    if (['task_desc', 'service_name', 'device_action', 'task_topic'].includes(element))
      expect(context!.texts.map(oneLine), value).toContain(oneLine(value));
  }
});

test.each(VALUES)('contextd init with %j as its name, its service, a port and its package', async (value) => {
  const named = await run(init, [value, '--dry_run']);
  if (value === '__proto__' || value === 'constructor') expect(named.out).toContain(`Context-${value}.xml`);
  else expect(named.err).toContain('TPL_NAME_INVALID');
  for (const flag of ['sub_port', 'pub_port']) {
    const { exitCode, err } = await run(init, ['Weather', `--${flag}=${value}`, '--dry_run']);
    expect({ exitCode, err }).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('CLI_USAGE') as string,
    });
  }
  const { out, err } = await run(init, ['Weather', `--contextd=${value}`, '--dry_run']);
  if (value.startsWith('../')) expect(err).toContain('CLI_USAGE');
  else expect(out).toContain(escapeText(`"contextd": ${JSON.stringify(value)}`));
});
