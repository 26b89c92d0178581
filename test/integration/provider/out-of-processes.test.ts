// Where nothing more can be started, that start fails with a code, and the provider lives.

import { execFileSync } from 'node:child_process';
import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { packageRoot } from '../../../src/base/package.js';
import { Client } from '../../../src/client/client.js';
import { testConfiguration } from '../../helpers/context.js';
import { openFolder } from '../../helpers/folder.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { freePorts } from '../../helpers/ports.js';
import { isRunning } from '../../helpers/processes.js';
import { spawnProgram, WITH_TYPESCRIPT } from '../../helpers/program.js';
import { programFixtures, shellService } from '../../helpers/program-services.js';
import { needs, tool } from '../../helpers/requirements.js';
import { openProject } from '../../helpers/project.js';
import { writeContextFile } from '../../helpers/xml.js';

expectNoLeftovers();

/** Without an entry in passwd, and without a process. */
const UID = 54_322;

test.each([
  ['forwarder', /^BUS_FORWARDER_FAILED: the forwarder could not be started: spawn \S+ EAGAIN$/],
  ['service', /^SVC_LAUNCH_FAILED: cannot start a process for ts_1: spawn \S+ EAGAIN$/],
  ['compiler', /^SVC_LAUNCH_FAILED: cannot run the compiler for \/nowhere\/Service.ts: .*EAGAIN/],
])(
  'The start of a %s fails when its user may have no more processes.',
  needs('another user'),
  async (kind, message) => {
    await using folder = await openFolder();
    await chown(folder.path, UID, UID);
    const user = [`--reuid=${UID}`, `--regid=${UID}`, '--clear-groups'];
    const script = join(programFixtures, 'out-of-processes.ts');
    const started = [process.execPath, ...WITH_TYPESCRIPT, script, kind, folder.path];
    await using program = spawnProgram(tool('setpriv'), ...user, ...started);
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.err.items).toEqual([]);
    expect(program.out.items).toEqual([expect.stringMatching(message)]);
  },
);

test('A compiler that cannot be executed fails the start of a service, and the provider lives.', async () => {
  await using folder = await openFolder();
  const binary = join(folder.path, 'esbuild');
  await writeFile(binary, '', { mode: 0o644 });
  vi.stubEnv('ESBUILD_BINARY_PATH', binary);
  try {
    await using project = await openProject([{ id: 'ts_1', instance: 'Forever' }]);
    const providerProcess = await project.startProvider();
    const [failed] = await providerProcess.command('start');
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'SVC_LAUNCH_FAILED' } });
    expect(failed!.error!.message).toContain('cannot run the compiler for ');
    expect((await providerProcess.client.command({ action: 'list' })).status.result).toBe('success');
  } finally {
    vi.unstubAllEnvs();
  }
});

test(
  'A forwarder that ends while no process can be started is reported, and started once one can.',
  needs('another user'),
  async () => {
    await using provider = await startLimited();
    const client = await Client.connect(provider.endpoints, { timeoutMs: 20_000 });
    const { forwarder } = await client.stats();
    provider.limit(1);
    process.kill(forwarder!.pid, 'SIGKILL');
    const line = await provider.out.waitFor((each) => each.includes('cannot be started again'));
    expect(line).toMatch(
      /the forwarder could not be started: spawn \S+ EAGAIN; check the limits .*ulimit -u/,
    );
    provider.limit(1000);
    await provider.out.waitFor((each) => each.includes('the forwarder is in order again'));
    const { status } = await client.command({ action: 'list' });
    expect(status).toMatchObject({ result: 'success' });
    expect((await client.stats()).forwarder).toMatchObject({ restarts: 1 });
    const lines = provider.out.items.filter((each) => each.includes('cannot be started again'));
    expect(lines).toHaveLength(1);
    await client.close();
  },
);

test(
  'A provider whose forwarder cannot be started again ends on SIGTERM, with its services.',
  needs('another user'),
  async () => {
    await using provider = await startLimited();
    const client = await Client.connect(provider.endpoints, { timeoutMs: 20_000 });
    const [service] = (await client.command({ action: 'start', transaction: 'T1' })).status.services;
    const { forwarder } = await client.stats();
    await client.close();
    provider.limit(1);
    process.kill(forwarder!.pid, 'SIGKILL');
    await provider.out.waitFor((each) => each.includes('cannot be started again'));
    provider.child.kill('SIGTERM');
    await provider.ended;
    // Not the exit code: ZeroMQ wants one more thread at the very end, and aborts without it.
    expect(provider.out.items.at(-1)).toContain('all services have ended');
    expect(isRunning(service!.pid!)).toBe(false);
  },
);

/** A provider of another user, whose number of processes can be limited while it runs. */
async function startLimited() {
  const folder = await openFolder();
  const [front = 0, back = 0] = await freePorts(2);
  const [publish, subscribe] = [`tcp://127.0.0.1:${front}`, `tcp://127.0.0.1:${back}`];
  const binds = { FrontBind: publish, BackendEndpoint: publish };
  const ends = { ...binds, BackendBind: subscribe, FrontEndEndpoint: subscribe };
  const services = [shellService('ts_1', 'exec sleep 300', {}, { supervision: { stop_timeout_s: 0.5 } })];
  const path = await writeContextFile(folder.path, testConfiguration(services, ends));
  execFileSync('chown', ['-R', `${UID}:${UID}`, folder.path]);
  const user = [`--reuid=${UID}`, `--regid=${UID}`, '--clear-groups'];
  const own = ['env', `CONTEXTD_REGISTRY=${folder.path}`, `TMPDIR=${folder.path}`];
  const file = join(packageRoot, 'dist/tools/service_context.js');
  const program = spawnProgram(tool('setpriv'), ...user, ...own, process.execPath, file, path);
  await program.out.waitFor((each) => each.includes('is ready'));
  return {
    ...program,
    endpoints: { publish, subscribe },
    // The soft limit alone, which its user may raise again.
    limit: (processes: number) =>
      execFileSync(tool('setpriv'), [
        ...user,
        'prlimit',
        `--pid=${program.child.pid}`,
        `--nproc=${processes}:`,
      ]),
    [Symbol.asyncDispose]: async () => {
      await program[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
