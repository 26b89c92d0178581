import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { listProviders, registerProvider } from '../../../src/bus/registry.js';
import { openFolder } from '../../helpers/folder.js';
import { needs } from '../../helpers/requirements.js';

const SOMEBODY = 4711;
const entry = {
  pid: process.pid,
  contextId: 'context001',
  contextFile: '/nowhere/Context.xml',
  endpoints: { publish: 'tcp://127.0.0.1:1', subscribe: 'tcp://127.0.0.1:2' },
  pidNamespace: readlinkSync('/proc/self/ns/pid'),
};

afterEach(() => void vi.unstubAllEnvs());

/** A folder with one entry in it, which becomes another's by `spoil`; returns what providers and clients make of it. */
async function seen(spoil: (place: string) => void) {
  await using folder = await openFolder();
  const place = join(folder.path, 'registry');
  vi.stubEnv('CONTEXTD_REGISTRY', place);
  const warnings: string[] = [];
  const first = await registerProvider(entry, (text) => warnings.push(text));
  expect([await listProviders(), warnings]).toEqual([[entry], []]);
  spoil(place);
  const second = await registerProvider(entry, (text) => warnings.push(text));
  const found = await listProviders();
  const files = readdirSync(place).length;
  await first.release();
  await second.release();
  return { found: found.length, files, warning: warnings.join() };
}

test('a folder of ours that nobody else can write to is used, also by a link of ours', async () => {
  expect(await seen((place) => chmodSync(place, 0o755))).toEqual({ found: 2, files: 2, warning: '' });
  await using folder = await openFolder();
  const [real, link] = [join(folder.path, 'real'), join(folder.path, 'link')];
  mkdirSync(real, { mode: 0o700 });
  symlinkSync(real, link);
  vi.stubEnv('CONTEXTD_REGISTRY', link);
  const listed = await registerProvider(entry, (text) => expect.unreachable(text));
  expect(await listProviders()).toEqual([entry]);
  await listed.release();
});

test.each([0o770, 0o707, 0o1777])('a folder of mode %o is neither written to nor believed', async (mode) => {
  const shown = mode.toString(8);
  const { found, files, warning } = await seen((place) => chmodSync(place, mode));
  expect([found, files]).toEqual([0, 1]);
  expect(warning).toContain(`can be written by others (mode ${shown})`);
});

test('a folder of somebody else is neither written to nor believed', needs('root'), async () => {
  const { found, files, warning } = await seen((place) => chownSync(place, SOMEBODY, -1));
  expect([found, files]).toEqual([0, 1]);
  expect(warning).toContain(`belongs to user ${SOMEBODY}, and this process runs as user`);
});

test('the provider of a container that shares the folder is not listed here, and stays in the folder', async () => {
  await using folder = await openFolder();
  vi.stubEnv('CONTEXTD_REGISTRY', folder.path);
  const listed = await registerProvider(entry, (text) => expect.unreachable(text));
  const file = join(folder.path, readdirSync(folder.path)[0]!);
  writeFileSync(file, readFileSync(file, 'utf8').replace(entry.pidNamespace, 'pid:[1]'));
  expect(await listProviders()).toEqual([]);
  expect(readdirSync(folder.path)).toHaveLength(1);
  await listed.release();
});
