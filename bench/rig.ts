// A context on disk with a provider of its own: the program, as a user runs it, and a client.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../src/base/package.js';
import type { BusEndpoints } from '../src/bus/connection.js';
import { Client } from '../src/client/client.js';
import type { ServiceResult } from '../src/messages/state.js';
import { freePorts } from '../test/helpers/ports.js';

export const TRANSACTION = 'BENCH';

/** Long enough for a machine that is busy with something else. */
const PATIENCE_MS = 300_000;

export interface RigServices {
  readonly count: number;
  readonly instance?: string;
  readonly serviceType?: 'Process' | 'Thread';
  /** Further XML inside each `<supervision>`. */
  readonly supervision?: string | undefined;
  /** Each restarts itself when it fails. */
  readonly restarts?: boolean;
}

export interface Rig extends AsyncDisposable {
  readonly folder: string;
  /** The provider's. */
  readonly pid: number;
  readonly endpoints: BusEndpoints;
  readonly client: Client;
  /** In which only this provider is found. */
  readonly env: NodeJS.ProcessEnv;
  /** Starts all services and resolves when all have reported `started`. */
  start(): Promise<readonly ServiceResult[]>;
  stop(): Promise<void>;
}

export async function openRig(services: RigServices): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'contextd-bench-'));
  const file = join(folder, 'conf', 'Context-Bench.xml');
  const runtime = join(folder, 'run');
  await mkdir(runtime);
  await mkdir(join(folder, 'conf'));
  await writeFile(file, composeContext(services, await freePorts(2)));
  const env = { ...process.env, CONTEXTD_REGISTRY: runtime };
  const program = join(packageRoot, 'dist', 'tools', 'service_context.js');
  const args = [program, file, '--json', '--service_root', join(packageRoot, 'bench', 'services')];
  const provider = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(provider, 'exit');
  const endpoints = await Promise.race([
    readEndpoints(provider.stdout),
    ended.then(() => Promise.reject(new Error('the provider has ended'))),
  ]);
  const client = await Client.connect(endpoints, { timeoutMs: PATIENCE_MS, answerTimeoutMs: PATIENCE_MS });
  const command = async (action: string) => {
    const { status } = await client.command({ action, transaction: TRANSACTION });
    if (status.result !== 'success') throw new Error(`${action}: ${status.error?.message ?? status.result}`);
    return status.services;
  };
  return {
    folder,
    pid: provider.pid ?? 0,
    endpoints,
    client,
    env,
    start: () => command('start'),
    stop: async () => {
      await command('stop');
    },
    [Symbol.asyncDispose]: async () => {
      await client.close();
      provider.kill('SIGINT');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function readEndpoints(stdout: NodeJS.ReadableStream): Promise<BusEndpoints> {
  const lines = createInterface({ input: stdout });
  // Read to the end: a full pipe would stop the provider.
  const ready = new Promise<BusEndpoints>((resolve) => {
    lines.on('line', (line) => {
      const notice = JSON.parse(line) as { kind: string; frontend: string; backend: string };
      if (notice.kind === 'ready') resolve({ publish: notice.frontend, subscribe: notice.backend });
    });
  });
  return await ready;
}

function composeContext(
  { count, instance = 'Idle', serviceType = 'Process', supervision = '', restarts = false }: RigServices,
  [publish = 0, subscribe = 0]: readonly number[],
): string {
  const front = `tcp://127.0.0.1:${publish}`;
  const back = `tcp://127.0.0.1:${subscribe}`;
  const services = Array.from(
    { length: count },
    (_, index) => `
  <TaskService id="ts_${index}" instance="${instance}" serviceType="${serviceType}" topic="process">
    <Task>
      <description>bench</description>
      <message>
        <header><action>start</action><service_id/><service_name>bench</service_name><transaction/></header>
        <content><configuration><device_action>bench</device_action><location/></configuration></content>
      </message>
      <state type="on_start">${composeTriggers(restarts ? `ts_${index}` : undefined)}</state>
      <supervision><start_timeout_s>300</start_timeout_s>${supervision}</supervision>
    </Task>
  </TaskService>`,
  );
  return `<?xml version="1.0"?>
<Context>
  <FrontEndEndpoint>${back}</FrontEndEndpoint><BackendEndpoint>${front}</BackendEndpoint>
  <FrontBind>${front}</FrontBind><BackendBind>${back}</BackendBind>
  <ContextID>bench</ContextID><TaskLogName>Bench</TaskLogName>${services.join('')}
</Context>
`;
}

function composeTriggers(restarted: string | undefined): string {
  return ['on_start', 'on_update', 'on_fail', 'on_exit']
    .map((name) =>
      name === 'on_fail' && restarted !== undefined
        ? `<${name}><action>restart</action><call>${restarted}</call></${name}>`
        : `<${name}><action/><call/></${name}>`,
    )
    .join('');
}
