// The forwarder's process: it ends with its provider, comes back when it ends alone, and lacks descriptors at times.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtFile } from '../../../src/base/package.js';
import type { BusEndpoints } from '../../../src/bus/connection.js';
import { parseTcpEndpoint } from '../../../src/bus/endpoint.js';
import { Forwarder } from '../../../src/bus/forwarder.js';
import { Client } from '../../../src/client/client.js';
import { testConfiguration } from '../../helpers/context.js';
import { eventually } from '../../helpers/eventually.js';
import { openFolder } from '../../helpers/folder.js';
import { freePorts } from '../../helpers/ports.js';
import { isRunning, readProc } from '../../helpers/processes.js';
import { spawnProgram, startProgram, WITH_TYPESCRIPT } from '../../helpers/program.js';
import { programFixtures, shellService } from '../../helpers/program-services.js';
import { openProvider } from '../../helpers/provider.js';
import { openSecuredProvider } from '../../helpers/secured.js';
import { writeContextFile } from '../../helpers/xml.js';

test.each([
  ['throws', 'throw', { code: 1, signal: null }],
  ['rejects a promise', 'reject', { code: 1, signal: null }],
  ['calls process.exit', 'exit', { code: 7, signal: null }],
  ['is killed', 'kill', { code: null, signal: 'SIGKILL' }],
  ['closes it', 'close', { code: 0, signal: null }],
])('A program that embeds a provider and %s ends, and its ports are free.', async (_what, how, end) => {
  await using folder = await openFolder();
  const script = join(programFixtures, 'embeds.ts');
  await using program = spawnProgram(process.execPath, ...WITH_TYPESCRIPT, script, how, folder.path);
  const { publish, subscribe } = JSON.parse(await program.out.waitFor(() => true)) as BusEndpoints;
  expect(await program.ended).toEqual(end);
  const next = await eventually(
    () => Forwarder.open({ frontend: publish, backend: subscribe }).catch(() => undefined),
    'the ports are free',
  );
  await next.close();
});

test('A forwarder whose parent has ended ends too, also while another process holds the pipe open.', async () => {
  const main = JSON.stringify(builtFile('bus/forwarder/main.js'));
  const script = `"${process.execPath}" ${main} & echo $!; wait`;
  const parent = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore', 'ipc'] });
  const [line] = (await once(parent.stdout!, 'data')) as [Buffer];
  const pid = Number(line.toString());
  const binds = { frontend: 'tcp://127.0.0.1:*', backend: 'tcp://127.0.0.1:*' };
  parent.send({ kind: 'open', binds });
  expect(await once(parent, 'message')).toMatchObject([{ kind: 'ready' }, undefined]);
  parent.kill('SIGKILL');
  await eventually(() => !isRunning(pid), 'the forwarder has ended');
  if (parent.connected) parent.disconnect();
});

test('A fault of service_context is one line, its exit code 1, and the next one takes over.', async () => {
  await using folder = await openFolder();
  const path = await writeContextFile(folder.path, testConfiguration([], await ends()));
  const hook = 'data:text/javascript,process.on("SIGUSR2",()=>setTimeout(()=>{throw new Error("a fault")}))';
  const tool = join(import.meta.dirname, '../../../dist/tools/service_context.js');
  await using first = spawnProgram(process.execPath, '--import', hook, tool, path);
  await first.out.waitFor((line) => line.includes('is ready'));
  first.child.kill('SIGUSR2');
  expect(await first.ended).toEqual({ code: 1, signal: null });
  expect(first.err.items).toEqual([
    expect.stringMatching(/^error INTERNAL: this process ends: a fault \(at /),
  ]);
  await eventually(async () => {
    await using second = startProgram('service_context', path);
    const isReady = second.out.waitFor((line) => line.includes('is ready')).then(() => true);
    return await Promise.race([isReady, second.ended.then(() => false)]);
  }, 'the next provider is ready');
});

test.each([
  ['open', () => openProvider([shellService('ts_1', 'sleep 300')])],
  ['secured', () => openSecuredProvider([shellService('ts_1', 'sleep 300')])],
])(
  'A forwarder of an %s provider that is killed is started again, and nothing is lost.',
  async (_kind, open) => {
    await using opened = await open();
    const { provider, notices } = opened;
    await provider.execute('start');
    const client = await ('keysOf' in opened ? opened.client('admin') : opened.client());
    const { forwarder: before } = await client.stats();
    const asked = client.command({ action: 'restart', serviceId: 'ts_1', messageId: 'in-flight' });
    process.kill(before!.pid, 'SIGKILL');
    expect((await asked).status.result).toBe('success');
    expect(await client.command({ action: 'restart', messageId: 'in-flight' })).toEqual(await asked);
    const restarts = notices.items.filter((each) => each.kind === 'command' && each.action === 'restart');
    expect(restarts).toHaveLength(1);
    expect(notices.items).toContainEqual({
      kind: 'warning',
      text: 'the forwarder has exited (SIGKILL) and is being restarted',
    });
    const { forwarder } = await client.stats();
    expect(forwarder).toMatchObject({ restarts: 1 });
    expect(isRunning(forwarder!.pid)).toBe(true);
  },
);

test('A forwarder that is stopped and continued, again and again, keeps working.', async () => {
  await using opened = await openProvider([]);
  const client = await opened.client();
  const { forwarder } = await client.stats();
  for (let round = 0; round < 20; round += 1) {
    process.kill(forwarder!.pid, 'SIGSTOP');
    const asked = client.command({ action: 'list' });
    process.kill(forwarder!.pid, 'SIGCONT');
    expect((await asked).status.result).toBe('success');
  }
  expect((await client.stats()).forwarder).toMatchObject({ pid: forwarder!.pid, restarts: 0 });
});

test('Without descriptors for more connections it says so, rests, and serves whom it knows.', async () => {
  await using program = await startScarce();
  const { endpoints } = program;
  const known = await Client.connect(endpoints, { timeoutMs: 20_000 });
  const { forwarder } = await known.stats();
  const idle = Object.values(endpoints).flatMap((endpoint) => connectIdly(endpoint, 200));
  await program.out.waitFor((line) => line.includes('connections cannot be accepted: EMFILE'));
  const share = await busyShare(forwarder!.pid, async () => {
    expect((await known.command({ action: 'list' })).status.result).toBe('success');
    await eventually(() => idle.every((each) => each.closed), 'those that say nothing are disconnected');
  });
  expect(share).toBeLessThan(0.7);
  const after = await known.stats();
  expect(after.forwarder).toMatchObject({ pid: forwarder!.pid, restarts: 0 });
  expect(after.forwarder!.not_accepted).toBeGreaterThan(0);
  expect(after.forwarder!.silent).toBeGreaterThan(0);
  const late = await Client.connect(endpoints, { timeoutMs: 20_000 });
  await Promise.all([known.close(), late.close()]);
});

test('Silent connections that come again each time they are closed take nothing from a connected client.', async () => {
  await using program = await startScarce();
  const { endpoints } = program;
  const known = await Client.connect(endpoints, { timeoutMs: 20_000 });
  const { forwarder } = await known.stats();
  const open = new Set<Socket>();
  let [closed, isOver] = [0, false];
  const again = (endpoint: string) => {
    if (isOver) return;
    for (const socket of connectIdly(endpoint, 1)) {
      open.add(socket);
      socket.once('close', () => {
        closed += 1;
        open.delete(socket);
        again(endpoint);
      });
    }
  };
  for (const endpoint of Object.values(endpoints)) for (let each = 0; each < 200; each += 1) again(endpoint);
  await program.out.waitFor((line) =>
    line.includes('connections were closed because their handshake timed out'),
  );
  await eventually(() => closed > 2000, 'they come again');
  for (let each = 0; each < 5; each += 1)
    expect((await known.command({ action: 'list' })).status.result).toBe('success');
  isOver = true;
  for (const socket of open) socket.destroy();
  const late = await Client.connect(endpoints, { timeoutMs: 20_000 });
  expect((await late.stats()).forwarder).toMatchObject({ pid: forwarder!.pid, restarts: 0 });
  await Promise.all([known.close(), late.close()]);
});

/** A provider with 60 descriptors. */
async function startScarce() {
  const folder = await openFolder();
  const path = await writeContextFile(folder.path, testConfiguration([], await ends()));
  const tool = join(import.meta.dirname, '../../../dist/tools/service_context.js');
  const command = [process.execPath, tool, path, '--json'];
  const program = spawnProgram('sh', '-c', 'ulimit -n 60; exec "$@"', 'sh', ...command);
  const ready = JSON.parse(await program.out.waitFor((line) => line.includes('"ready"'))) as ReadyLine;
  return {
    ...program,
    endpoints: { publish: ready.frontend, subscribe: ready.backend },
    [Symbol.asyncDispose]: async () => {
      await program[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

interface ReadyLine {
  readonly frontend: string;
  readonly backend: string;
}

async function ends(): Promise<Readonly<Record<string, string>>> {
  const [front = 0, back = 0] = await freePorts(2);
  const [publish, subscribe] = [`tcp://127.0.0.1:${front}`, `tcp://127.0.0.1:${back}`];
  return {
    FrontBind: publish,
    BackendEndpoint: publish,
    BackendBind: subscribe,
    FrontEndEndpoint: subscribe,
  };
}

function connectIdly(endpoint: string, count: number): readonly Socket[] {
  const { host = '', port = '' } = parseTcpEndpoint(endpoint) ?? {};
  return Array.from({ length: count }, () => {
    const socket = connect(Number(port), host);
    socket.on('error', () => undefined).resume();
    return socket;
  });
}

/** The share of a processor that `pid` took meanwhile: a busy machine makes it smaller, never larger. */
async function busyShare(pid: number, meanwhile: () => Promise<void>): Promise<number> {
  const ticks = () => {
    const fields = readProc(pid, 'stat')
      .replace(/^.*\) /, '')
      .split(' ');
    return Number(fields[11]) + Number(fields[12]);
  };
  const [startMs, before] = [performance.now(), ticks()];
  await meanwhile();
  return ((ticks() - before) * 10) / (performance.now() - startMs);
}
