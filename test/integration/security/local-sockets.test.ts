// ipc:// endpoints; other users of the machine cannot reach a secured provider.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Forwarder } from '../../../src/bus/forwarder.js';
import { findProvider } from '../../../src/client/find-provider.js';
import { eventually } from '../../helpers/eventually.js';
import { openFolder } from '../../helpers/folder.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { openProvider } from '../../helpers/provider.js';
import { localEndpoints, openSecuredProvider } from '../../helpers/secured.js';
import { needs } from '../../helpers/requirements.js';

expectNoLeftovers();

const ends = (folder: string) => ({
  frontend: `ipc://${folder}/run/front`,
  backend: `ipc://${folder}/run/back`,
});
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

test('A context with ipc:// endpoints is found, started and stopped, and leaves no sockets.', async () => {
  await using folder = await openFolder();
  const provided = await openProvider([{ id: 'ts_1', instance: 'Forever' }], localEndpoints(folder.path));
  const { endpoints } = provided.provider;
  expect(endpoints.publish).toBe(`ipc://${folder.path}/run/front`);
  expect(await findProvider({ subEndpoint: endpoints.subscribe })).toMatchObject(endpoints);
  const client = await provided.client();
  const started = await client.command({ action: 'start', transaction: 'T1' });
  expect(started.status.services).toMatchObject([{ state: 'started' }]);
  for (const name of ['front', 'back']) expect(modeOf(join(folder.path, 'run', name))).toBe('600');
  expect(modeOf(join(folder.path, 'run'))).toBe('700');
  await provided[Symbol.asyncDispose]();
  expect(readdirSync(join(folder.path, 'run'))).toEqual([]);
});

test('A folder that others can enter, a path that is not a socket, and a long path are refused.', async () => {
  await using folder = await openFolder();
  const { path } = folder;
  mkdirSync(join(path, 'run'), { mode: 0o755 });
  chmodSync(join(path, 'run'), 0o755);
  const refusal = { code: 'BUS_BIND_REFUSED' };
  await expect(Forwarder.open(ends(path))).rejects.toMatchObject({
    ...refusal,
    hint: expect.stringContaining(`chmod 700 ${path}/run`) as string,
  });
  chmodSync(join(path, 'run'), 0o700);
  writeFileSync(join(path, 'run', 'front'), 'mine');
  await expect(Forwarder.open(ends(path))).rejects.toMatchObject(refusal);
  expect(statSync(join(path, 'run', 'front')).size).toBe(4);
  const long = `ipc://${path}/${'x'.repeat(120)}`;
  await expect(Forwarder.open({ frontend: long, backend: `${long}y` })).rejects.toMatchObject(refusal);
});

test('A socket in use is kept; a stale one is replaced.', async () => {
  await using folder = await openFolder();
  const { path } = folder;
  const first = await Forwarder.open(ends(path));
  await expect(Forwarder.open(ends(path))).rejects.toMatchObject({ code: 'BUS_ADDRESS_IN_USE' });
  await first.close();
  // Bound and never removed, like the socket of a killed process.
  const script = `require('net').createServer().listen(${JSON.stringify(join(path, 'run', 'front'))}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script]);
  expect(existsSync(join(path, 'run', 'front'))).toBe(true);
  const second = await Forwarder.open(ends(path));
  await second.close();
  expect(readdirSync(join(path, 'run'))).toEqual([]);
});

test('An abstract socket, which every user can reach, needs keys.', async () => {
  const name = `ipc://@contextd-test-${process.pid}`;
  const binds = {
    FrontBind: `${name}f`,
    BackendEndpoint: `${name}f`,
    BackendBind: `${name}b`,
    FrontEndEndpoint: `${name}b`,
  };
  await expect(openProvider([{ id: 'ts_1', instance: 'Forever' }], binds)).rejects.toMatchObject({
    code: 'BUS_BIND_REFUSED',
    hint: expect.stringMatching(/<Security>.*--insecure/) as string,
  });
  await using secured = await openSecuredProvider([{ id: 'ts_1', instance: 'Forever' }], binds);
  const client = await secured.client('read');
  expect((await client.command({ action: 'list' })).status.result).toBe('success');
});

test('A bind that other machines can reach needs keys.', async () => {
  const binds = {
    FrontBind: 'tcp://0.0.0.0:*',
    BackendBind: 'tcp://0.0.0.0:*',
    FrontEndEndpoint: 'tcp://10.0.0.1:1',
    BackendEndpoint: 'tcp://10.0.0.1:2',
  };
  await expect(openProvider([{ id: 'ts_1', instance: 'Forever' }], binds)).rejects.toMatchObject({
    code: 'BUS_BIND_REFUSED',
    hint: expect.stringMatching(/<Security>.*--insecure/) as string,
  });
  await using secured = await openSecuredProvider([{ id: 'ts_1', instance: 'Forever' }], binds);
  const client = await secured.client('operate');
  expect((await client.command({ action: 'start', transaction: 'T1' })).status.result).toBe('success');
});

/** A secured provider that has answered a client, and all files it has created. */
async function openWithFiles() {
  const secured = await openSecuredProvider([{ id: 'ts_1', instance: 'Forever' }], localEndpoints);
  // The modes of the files themselves must keep other users out.
  await chmod(secured.folder, 0o755);
  const admin = await secured.client('admin');
  await admin.command({ action: 'start', transaction: 'T1' });
  await admin.request('T1');
  const state = join(secured.folder, '.contextd', 'context001');
  const files = [
    secured.file.security!.secretKeyFile,
    join(state, 'journal.json'),
    join(state, 'audit.jsonl'),
    join(secured.folder, 'run', 'front'),
    join(secured.folder, 'run', 'back'),
  ];
  return { files, [Symbol.asyncDispose]: () => secured[Symbol.asyncDispose]() };
}

test('Keys, journal, logs and sockets are accessible for their owner only.', async () => {
  await using secured = await openWithFiles();
  for (const file of secured.files) {
    expect(`${file} ${modeOf(file)}`).toBe(`${file} 600`);
    expect(`${file} ${modeOf(dirname(file))}`).toBe(`${file} 700`);
  }
});

test('Another user can read no key, journal or log, and connect to no socket.', needs('root'), async () => {
  await using secured = await openWithFiles();
  const { files } = secured;
  await using other = await openFolder();
  await chmod(other.path, 0o755);
  // A file and a socket that are open to all prove that the other user can read and connect.
  const open = { file: join(other.path, 'open'), socket: join(other.path, 'socket') };
  writeFileSync(open.file, 'x', { mode: 0o644 });
  const server = createServer((peer) => peer.destroy());
  await new Promise<void>((resolve) => server.listen(open.socket, resolve));
  chmodSync(open.socket, 0o777);
  const script = `
    const { readFileSync } = require('fs');
    const attempts = ${JSON.stringify([open.file, ...files])}.map((path) => {
      try { readFileSync(path); return 'read'; } catch (error) { return error.code; }
    });
    const tryConnect = (path) => new Promise((resolve) => {
      const socket = require('net').connect(path);
      socket.once('connect', () => { socket.destroy(); resolve('connected'); });
      socket.once('error', (error) => resolve(error.code));
    });
    Promise.all(${JSON.stringify([open.socket, files[3], files[4]])}.map(tryConnect)).then((results) => {
      console.log(JSON.stringify({ attempts, results }));
    });`;
  const { spawn } = await import('node:child_process');
  const child = spawn(process.execPath, ['-e', script], {
    uid: 65534,
    gid: 65534,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const text = (await child.stdout.toArray()).join('');
  server.close();
  expect(JSON.parse(text)).toEqual({
    attempts: ['read', ...files.map(() => 'EACCES')],
    results: ['connected', 'EACCES', 'EACCES'],
  });
});

test('The registry is not read from a folder that others can write to.', async () => {
  await using folder = await openFolder();
  vi.stubEnv('CONTEXTD_REGISTRY', folder.path);
  try {
    await using provided = await openProvider([{ id: 'ts_1', instance: 'Forever' }]);
    expect(await findProvider({})).toMatchObject(provided.provider.endpoints);
    await chmod(folder.path, 0o777);
    await expect(findProvider({})).rejects.toMatchObject({ code: 'BUS_UNREACHABLE' });
  } finally {
    vi.unstubAllEnvs();
  }
});

test('list reports a removed socket file as a fault; connected clients are still served.', async () => {
  await using folder = await openFolder();
  await using provided = await openProvider(
    [{ id: 'ts_1', instance: 'Forever' }],
    localEndpoints(folder.path),
  );
  const client = await provided.client();
  const faults = async () => (await client.command({ action: 'list' })).status.faults ?? [];
  expect(await faults()).toEqual([]);
  const path = join(folder.path, 'run', 'front');
  rmSync(path);
  const fault = await eventually(
    async () => (await faults()).find(({ message }) => message.includes('cannot be recreated')),
    'list reports it',
  );
  expect(fault.code).toBe('CTX_FILE_GONE');
  expect(fault.message).toContain(`the socket ${path} is gone`);
  expect(fault.hint).toContain('SIGTERM');
});
