// The commands with a secured provider: with the right key, a wrong one, and without a key.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { FILE, openHome, type Home } from '../helpers/home.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';

expectNoLeftovers();

let home: Home;

beforeAll(async () => {
  home = await openHome(['Watch', 'ts_1']);
  const publicKeys: string[] = [];
  for (const name of ['server', 'anna', 'rita', 'eve']) {
    const { stdout } = await home.run('contextd', 'keys', 'new', name, '--json');
    expect(stdout).not.toContain(await secretOf(name));
    publicKeys.push((JSON.parse(stdout) as { publicKey: string }).publicKey);
  }
  const [server, anna, rita] = publicKeys;
  const security =
    `<Security public_key="${server}" secret_key="../keys/server.key_secret">` +
    `<Client name="anna" key="${anna}" role="admin"/><Client name="rita" key="${rita}" role="read"/></Security>`;
  await home.edit(FILE, (text) => text.replace('</ContextID>', () => `</ContextID>\n${security}`));
  await home.startProvider(['--start']);
}, 120_000);

afterAll(async () => {
  await home[Symbol.asyncDispose]();
});

async function secretOf(name: string): Promise<string> {
  return /secret-key = "(.*)"/.exec(await home.read(`keys/${name}.key_secret`))?.[1] ?? 'none';
}

const key = (name: string) => `--key=keys/${name}.key_secret`;

const refused: readonly (readonly [string, number, RegExp, readonly string[]])[] = [
  [
    'without a key',
    3,
    /SEC_KEY_MISSING.*is secured, and you passed no secret key\n.*--key.*CONTEXTD_KEY/,
    ['conf_command', '--action=list'],
  ],
  [
    'with an unknown key',
    3,
    /SEC_CONNECTION_REFUSED.*does not know/,
    ['conf_command', '--action=list', key('eve')],
  ],
  ['with an unknown key', 3, /SEC_CONNECTION_REFUSED.*does not know/, ['context_display', key('eve')]],
  ['without a key', 3, /SEC_KEY_MISSING/, ['conf_command', '--action=top', '--watch', '--json']],
  [
    'with an unknown key',
    3,
    /SEC_CONNECTION_REFUSED.*does not know/,
    ['conf_command', '--action=top', '--watch', '--json', key('eve')],
  ],
  [
    "with another provider's key",
    3,
    /SEC_CONNECTION_REFUSED.*does not have the key/,
    ['conf_command', '--action=list', key('anna'), '--server_key=keys/eve.key', '--timeout=20'],
  ],
  [
    'with a public key',
    1,
    /SEC_KEY_FILE.*NAME.key_secret/s,
    ['conf_command', '--action=list', '--key=keys/anna.key'],
  ],
  [
    'with a key that may only read',
    1,
    /SEC_ROLE_REFUSED.*rita/,
    ['conf_command', '--action=stop', key('rita')],
  ],
  [
    'with no server key',
    2,
    /CLI_USAGE/,
    ['conf_command', '--action=list', key('anna'), '--server_key=nonsense'],
  ],
];

test.each(refused)('%s a command ends with %i', async (_what, exitCode, text, [program = '', ...args]) => {
  const ended = await home.run(program, ...args);
  expect(ended.stderr).toMatch(text);
  expect(ended.exitCode).toBe(exitCode);
});

test('A client with its key reads, follows and commands as its role allows.', async () => {
  const listed = await home.run('conf_command', '--action=list', key('rita'));
  expect(listed.stdout).toMatch(/ts_1 +started/);
  const display = home.start('context_display', key('rita'), '--action=stopped');
  await display.err.waitFor((line) => line.startsWith('following'));
  const watch = home.start('conf_command', '--action=top', '--watch', '--json', key('rita'));
  await watch.out.waitFor((line) => /"service_id":"ts_1".*"rss"/.test(line));
  const stopped = await home.run('conf_command', '--action=stop', '--task_id=ts_1', key('anna'));
  expect(stopped.exitCode).toBe(0);
  await display.out.waitFor((line) => line.includes('ts_1'));
});

test('A reload accepts added clients, rejects removed ones, and reports what it cannot change.', async () => {
  const reload = (...more: readonly string[]) =>
    home.run('conf_command', '--action=reload', `--context_file=${FILE}`, key('anna'), ...more);
  const eve = /public-key = "(.*)"/.exec(await home.read('keys/eve.key'))?.[1] ?? '';
  await home.edit(FILE, (text) =>
    text.replace(/<Client name="rita".*\/>/, () => `<Client name="eve" key="${eve}" role="operate"/>`),
  );
  const asked = await reload('--dry_run');
  expect(asked.stdout).toMatch(/client added +eve\n +client removed +rita/);
  const list = (name: string) => home.run('conf_command', '--action=list', key(name), '--timeout=20');
  expect((await list('eve')).stderr).toContain('SEC_CONNECTION_REFUSED');
  expect((await list('rita')).exitCode).toBe(0);

  const done = await reload();
  expect(done).toMatchObject({ exitCode: 0, stdout: asked.stdout });
  expect((await list('eve')).stdout).toContain('ts_1');
  expect((await list('rita')).stderr).toContain('SEC_CONNECTION_REFUSED');
  const exit = await home.run('conf_command', '--action=exit', key('eve'));
  expect(exit.stderr).toMatch(/SEC_ROLE_REFUSED.*eve has the role operate/);

  await home.edit(FILE, (text) => text.replace(/<Security.*<\/Security>/, ''));
  const unsecured = await reload(`--server_key=keys/server.key`);
  expect(unsecured.stderr).toMatch(/warning: .*Context-Home\.xml no longer has a <Security>/);
  expect((await list('eve')).exitCode).toBe(0);
});
