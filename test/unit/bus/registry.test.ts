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

const OTHER_UID = 4711;
const entry = {
  pid: process.pid,
  contextId: 'context001',
  contextFile: '/nowhere/Context.xml',
  endpoints: { publish: 'tcp://127.0.0.1:1', subscribe: 'tcp://127.0.0.1:2' },
  pidNamespace: readlinkSync('/proc/self/ns/pid'),
};

afterEach(() => void vi.unstubAllEnvs());

/** Registers a provider, applies `change` to the folder, registers another one; returns what is found. */
async function registerAfter(change: (place: string) => void) {
  await using folder = await openFolder();
  const place = join(folder.path, 'registry');
  vi.stubEnv('CONTEXTD_REGISTRY', place);
  const warnings: string[] = [];
  const first = await registerProvider(entry, (text) => warnings.push(text));
  expect([await listProviders(), warnings]).toEqual([[entry], []]);
  change(place);
  const second = await registerProvider(entry, (text) => warnings.push(text));
  const found = await listProviders();
  const files = readdirSync(place).length;
  await first.release();
  await second.release();
  return { found: found.length, files, warning: warnings.join() };
}

test('a folder that only this user can write to is used, also through an own link', async () => {
  expect(await registerAfter((place) => chmodSync(place, 0o755))).toEqual({
    found: 2,
    files: 2,
    warning: '',
  });
  await using folder = await openFolder();
  const [real, link] = [join(folder.path, 'real'), join(folder.path, 'link')];
  mkdirSync(real, { mode: 0o700 });
  symlinkSync(real, link);
  vi.stubEnv('CONTEXTD_REGISTRY', link);
  const listed = await registerProvider(entry, (text) => expect.unreachable(text));
  expect(await listProviders()).toEqual([entry]);
  await listed.release();
});

test.each([0o770, 0o707, 0o1777])('a folder of mode %o is neither written to nor read', async (mode) => {
  const shown = mode.toString(8);
  const { found, files, warning } = await registerAfter((place) => chmodSync(place, mode));
  expect([found, files]).toEqual([0, 1]);
  expect(warning).toContain(`can be written by others (mode ${shown})`);
});

test('a folder of another user is neither written to nor read', needs('root'), async () => {
  const { found, files, warning } = await registerAfter((place) => chownSync(place, OTHER_UID, -1));
  expect([found, files]).toEqual([0, 1]);
  expect(warning).toContain(`belongs to user ${OTHER_UID}, and this process runs as user`);
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
