// examples/python as its README says: the context is run, the client starts it and follows it to its end.

import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keyFilesOf, readPublicKey } from '../../src/base/key-file.js';
import { packageRoot } from '../../src/base/package.js';
import { openFolder } from '../helpers/folder.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { freePorts } from '../helpers/ports.js';
import { spawnProgram, startProgram, type Program } from '../helpers/program.js';
import { needs, tool } from '../helpers/requirements.js';

expectNoLeftovers();

const MISSING = /^this context is secured.*apt install python3-nacl$/m;
const CLIENTS = ['operator', 'reader', 'unknown'] as const;

interface Example extends AsyncDisposable {
  readonly folder: string;
  readonly file: string;
  client(...args: readonly string[]): Program;
  /** A context file as it was before it had keys. */
  readonly openFile: string;
  /** Its BackendEndpoint and FrontEndEndpoint. */
  readonly addresses: readonly string[];
}

/** The example in a folder and at ports of its own. */
async function openExample(): Promise<Example> {
  const folder = await openFolder();
  await cp(join(packageRoot, 'examples', 'python'), folder.path, { recursive: true });
  const [publish = 0, subscribe = 0] = await freePorts(2);
  const file = join(folder.path, 'conf', 'Context-Python.xml');
  const openFile = join(folder.path, 'conf', 'Context-Open.xml');
  const text = await readFile(file, 'utf8');
  for (const path of [file, openFile])
    await writeFile(path, text.replaceAll('5557', String(publish)).replaceAll('5556', String(subscribe)));
  return {
    folder: folder.path,
    file,
    openFile,
    addresses: [`tcp://127.0.0.1:${publish}`, `tcp://127.0.0.1:${subscribe}`],
    client: (...args) => spawnProgram(tool('python3'), join(folder.path, 'client.py'), ...args),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** Python finds this before the one that is installed. */
async function hideNacl({ folder }: Example): Promise<void> {
  await writeFile(join(folder, 'nacl.py'), "raise ImportError('No module named nacl')\n");
}

/** Keys for the provider and its clients, and the lines that name them in the context file. */
async function secure({ folder, file }: Example): Promise<void> {
  const shown: string[] = [];
  for (const name of ['provider', ...CLIENTS]) {
    await using made = startProgram('contextd', 'keys', 'new', name, `--folder=${folder}/keys`);
    expect((await made.ended).code).toBe(0);
    const role = name === 'reader' ? 'read' : 'operate';
    await using show = startProgram(
      'contextd',
      'keys',
      'show',
      name,
      `--folder=${folder}/keys`,
      `--role=${role}`,
    );
    expect((await show.ended).code).toBe(0);
    shown.push(...show.out.items);
  }
  const line = (fits: RegExp) =>
    shown.map((each) => fits.exec(each)?.[1]).find((each) => each !== undefined)!;
  const security = [
    line(/^as a provider: +(<Security .*>)$/).replace('PATH/TO', '../keys'),
    line(/(<Client name="operator" .*>)/),
    line(/(<Client name="reader" .*>)/),
    '</Security>',
  ].join('\n');
  const text = await readFile(file, 'utf8');
  await writeFile(
    file,
    text.replace('</ContextID>', () => `</ContextID>\n${security}`),
  );
}

const keyOf = ({ folder }: Example, name: string) => `--key=${folder}/keys/${name}.key_secret`;

function expectWhole(lines: readonly string[]): void {
  expect(lines[0]).toMatch(/^transaction [0-9A-F]{20}$/);
  expect(lines).toContain('start: success');
  expect(lines.filter((line) => line.startsWith('load ')).map((line) => line.split(' ')[1])).toEqual([
    'created',
    'started',
    ...Array<string>(5).fill('updated'),
    'exited',
  ]);
  expect(lines.find((line) => line.startsWith('load updated'))).toMatch(/^load updated \{"load": [\d.]+\}$/);
  expect(lines).toContain('load exited {"readings": 5}');
  const echo = lines.filter((line) => line.startsWith('echo ')).map((line) => line.split(' ')[1]);
  expect([echo[0], echo[1], echo.at(-1)]).toEqual(['created', 'started', 'stopped']);
}

async function openReady({ file }: Example): Promise<Program> {
  const provider = startProgram('service_context', file);
  await provider.out.waitFor((line) => line.includes('is ready'));
  return provider;
}

test(
  'The client starts a transaction of a Python and a TypeScript service, and follows it to its end.',
  needs('python3-zmq'),
  async () => {
    await using example = await openExample();
    // An unsecured context does not need it.
    await hideNacl(example);
    await using provider = await openReady(example);
    await using client = example.client();
    expect(await client.ended, client.err.items.join('\n')).toEqual({ code: 0, signal: null });
    expectWhole(client.out.items);

    // Once more, with the same provider; now by its addresses.
    await using again = example.client('--context_file=none', ...example.addresses);
    expect((await again.ended).code, [...again.out.items, ...again.err.items].join('\n')).toBe(0);
    expect(again.out.items).toContain('load exited {"readings": 5}');
    await using keyed = example.client('--key=none');
    expect((await keyed.ended).code).toBe(1);
    expect(keyed.err.items.join('\n')).toMatch(/public key is not known.*--server_key/);
    provider.child.kill('SIGTERM');
    expect(await provider.ended).toEqual({ code: 0, signal: null });
  },
);

test('Without a provider the client reports that it does not answer.', needs('python3-zmq'), async () => {
  await using example = await openExample();
  await using client = example.client();
  expect((await client.ended).code).toBe(3);
  expect(client.err.items.join('\n')).toMatch(/^the provider at tcp:\/\/127\.0\.0\.1:\d+ does not answer$/);
});

type Refusal = readonly [
  what: string,
  code: number,
  text: RegExp,
  args: (example: Example) => readonly string[],
];

const refusals: readonly Refusal[] = [
  [
    'whose key may only read',
    1,
    /^reader has the role read; this request needs operate$/,
    (it) => [keyOf(it, 'reader')],
  ],
  ['whose key is in no <Client>', 3, /does not know your key/, (it) => [keyOf(it, 'unknown')]],
  ['without a key', 1, /is secured: name your secret key file with --key/, () => []],
  [
    'that does not know it is secured',
    3,
    /is secured: name .*--key/,
    (it) => [`--context_file=${it.openFile}`],
  ],
  [
    'that expects another provider',
    3,
    /has another key than --server_key/,
    (it) => [keyOf(it, 'operator'), `--server_key=${it.folder}/keys/unknown.key`],
  ],
  [
    'with a public key',
    1,
    /contains no secret key: name NAME.key_secret$/,
    (it) => [`--key=${it.folder}/keys/operator.key`],
  ],
  ['without such a file', 1, /cannot be used: .*none\.key_secret/, (it) => [keyOf(it, 'none')]],
];

test(
  'With keys both services run; the operator is accepted, and all other clients get an error with the reason.',
  needs('python3-zmq', 'python3-nacl'),
  async () => {
    await using example = await openExample();
    await secure(example);
    await using provider = await openReady(example);
    await Promise.all(
      refusals.map(async ([what, code, text, args]) => {
        await using client = example.client(...args(example));
        expect((await client.ended).code, what).toBe(code);
        expect(client.err.items.join('\n'), what).toMatch(text);
        expect(
          client.out.items.filter((line) => !line.startsWith('transaction ') && line !== 'start: failure'),
        ).toEqual([]);
      }),
    );
    await using client = example.client(keyOf(example, 'operator'));
    expect(await client.ended, client.err.items.join('\n')).toEqual({ code: 0, signal: null });
    expectWhole(client.out.items);
    // Without the context file, as on another machine.
    const serverKey = `--server_key=${readPublicKey(keyFilesOf(join(example.folder, 'keys'), 'provider').public)}`;
    const args = ['--context_file=none', keyOf(example, 'operator'), serverKey, ...example.addresses];
    await using again = example.client(...args);
    expect((await again.ended).code, [...again.out.items, ...again.err.items].join('\n')).toBe(0);
    provider.child.kill('SIGTERM');
    expect(await provider.ended).toEqual({ code: 0, signal: null });
  },
);

test(
  'With keys and without python3-nacl, client and service print what to install.',
  needs('python3-zmq', 'python3-nacl'),
  async () => {
    await using example = await openExample();
    await secure(example);
    await hideNacl(example);
    await using provider = await openReady(example);
    await using client = example.client(keyOf(example, 'operator'));
    expect((await client.ended).code).toBe(1);
    expect(client.err.items.join('\n')).toMatch(MISSING);
    // A client with python3-nacl starts the service, which does not have it.
    const args = [`--context_file=${example.file}`, keyOf(example, 'operator')];
    await using other = spawnProgram(
      tool('python3'),
      join(packageRoot, 'examples', 'python', 'client.py'),
      ...args,
    );
    expect((await other.ended).code).toBe(1);
    expect(other.err.items.join('\n')).toMatch(/load.*exit/);
    const transaction = other.out.items[0]!.split(' ')[1]!;
    const log = join(example.folder, '.contextd', 'python', 'logs', transaction, 'load.log');
    expect(await readFile(log, 'utf8')).toMatch(MISSING);
    provider.child.kill('SIGTERM');
    expect(await provider.ended).toEqual({ code: 0, signal: null });
  },
);
