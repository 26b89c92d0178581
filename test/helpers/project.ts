// A project folder with a context file, whose providers run as processes that a test starts and kills.

import { realpathSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BusEndpoints } from '../../src/bus/connection.js';
import { Client } from '../../src/client/client.js';
import type { TaskInfo, TransactionInfo } from '../../src/messages/context-info.js';
import type { ServiceResult } from '../../src/messages/state.js';
import { readJournal } from '../../src/journal/journal.js';
import type { JournalContent } from '../../src/journal/journal-format.js';
import type { ContextConfiguration } from '../../src/model/context.js';
import { ownerOf } from '../../src/processes/run-token.js';
import { readProcessTable, type ProcessEntry } from '../../src/processes/process-table.js';
import type { Notice } from '../../src/messages/notice.js';
import { testConfiguration, type ServiceSpec } from './context.js';
import { eventually } from './eventually.js';
import { openFolder } from './folder.js';
import { freePorts } from './ports.js';
import { isRunning } from './processes.js';
import { startProgram, type Program } from './program.js';
import { writeContextFile } from './xml.js';

/** A task of the context information, with the fields that contextd adds. */
export type Task = TaskInfo & {
  readonly run: number;
  readonly restarts: number;
  readonly reason?: string;
  readonly missed_events?: number;
  readonly event_loop_lag_ms?: number;
};

/** A running provider. */
export interface ProviderProcess extends AsyncDisposable {
  readonly program: Program;
  readonly client: Client;
  /** The time from start to ready, in milliseconds. */
  readonly readyAfterMs: number;
  /** All notices so far. */
  notices(): readonly Notice[];
  warnings(): string;
  command(action: string, serviceId?: string): Promise<readonly ServiceResult[]>;
  tasks(): Promise<Readonly<Record<string, Task>>>;
  /** Waits until the context information shows this status. */
  waitForStatus(serviceId: string, status: string, limitMs?: number): Promise<Task>;
  /** Sends SIGKILL; resolves when the process has ended. */
  kill(): Promise<void>;
}

export interface Project extends AsyncDisposable {
  readonly folder: string;
  readonly file: string;
  readonly endpoints: BusEndpoints;
  readonly stateFolder: string;
  /** Starts a provider and waits until it is ready and has taken over running services. */
  startProvider(...flags: readonly string[]): Promise<ProviderProcess>;
  /** A configuration with this project's addresses, for a client to send. */
  configure(services: readonly ServiceSpec[]): ContextConfiguration;
  /** Rewrites the context file; returns its path. */
  write(services: readonly ServiceSpec[], ports?: readonly number[], name?: string): Promise<string>;
  log(serviceId: string): Promise<string>;
  /** All running processes of its services, with their descendants. */
  processes(): readonly ProcessEntry[];
  journal(): JournalContent;
  /** Opens a gate of a Gated service: creates a file in the folder. */
  openGate(name: string): Promise<void>;
}

export const TRANSACTION = 'T1';

/** A function in `services` receives the folder, for the gates in it. */
export async function openProject(
  services: readonly ServiceSpec[] | ((folder: string) => readonly ServiceSpec[]),
): Promise<Project> {
  const folder = await openFolder();
  const ports = await freePorts(2);
  const endpoints = endpointsOf(ports);
  const configure = (specs: readonly ServiceSpec[], other: readonly number[] = ports) =>
    testConfiguration(specs, bindsOf(other));
  const write: Project['write'] = (specs, other, name) =>
    writeContextFile(folder.path, configure(specs, other), name);
  const file = await write(typeof services === 'function' ? services(folder.path) : services);
  const stateFolder = join(realpathSync(folder.path), '.contextd', 'context001');
  const providers: ProviderProcess[] = [];
  return {
    folder: folder.path,
    file,
    endpoints,
    stateFolder,
    configure,
    processes: () => processesOf(stateFolder),
    journal: () => {
      const { content, fault } = readJournal(stateFolder);
      if (content === undefined) throw new Error(fault ?? 'there is no journal');
      return content;
    },
    openGate: (name) => writeFile(join(folder.path, name), ''),
    write,
    log: (id) => readFile(join(stateFolder, 'logs', TRANSACTION, `${id}.log`), 'utf8'),
    startProvider: async (...flags) => {
      const providerProcess = await startProviderProcess(file, endpoints, flags);
      providers.push(providerProcess);
      return providerProcess;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(providers.map((each) => each[Symbol.asyncDispose]()));
      await endRemaining(stateFolder);
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** All processes of this folder's services, with their descendants. */
function processesOf(stateFolder: string): readonly ProcessEntry[] {
  const owner = ownerOf(stateFolder);
  return readProcessTable().filter(({ token }) => token?.includes(`${owner}/`) === true);
}

async function endRemaining(stateFolder: string): Promise<void> {
  await eventually(() => {
    const left = processesOf(stateFolder);
    for (const { pid } of left) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
    return left.length === 0;
  }, 'all services are gone');
}

export async function startProviderProcess(
  file: string,
  endpoints: BusEndpoints,
  flags: readonly string[],
): Promise<ProviderProcess> {
  const startedMs = performance.now();
  const program = startProgram('service_context', file, '--json', '--log_level=debug', ...flags);
  const notices = () => program.out.items.map((line) => JSON.parse(line) as Notice);
  const isReady = (line: string) => (JSON.parse(line) as Notice).kind === 'ready';
  const failed = program.ended.then(() => {
    throw new Error(`the provider has ended: ${program.err.items.join('\n')}`);
  });
  // At a higher log level the provider does not report that it is ready; the client waits for it.
  const reportsReady = !flags.some((flag) => flag.startsWith('--log_level'));
  await Promise.race([reportsReady ? program.out.waitFor(isReady) : undefined, failed]).catch(
    async (error: unknown) => {
      await program[Symbol.asyncDispose]();
      throw error;
    },
  );
  failed.catch(() => undefined);
  const readyAfterMs = Math.round(performance.now() - startedMs);
  const client = await Client.connect(endpoints, { timeoutMs: 20_000 });
  const tasks = async () => {
    const all = (await client.request()) as Readonly<Record<string, TransactionInfo>>;
    const [transaction] = Object.values(all);
    return Object.fromEntries((transaction?.tasks ?? []).map((task) => [task.service_id, task as Task]));
  };
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await client.close();
    await program[Symbol.asyncDispose]();
  };
  return {
    program,
    client,
    readyAfterMs,
    notices,
    tasks,
    warnings: () =>
      notices()
        .flatMap((each) => (each.kind === 'warning' ? [each.text] : []))
        .join('\n'),
    command: async (action, serviceId = '') =>
      (await client.command({ action, transaction: TRANSACTION, serviceId })).status.services,
    waitForStatus: (id, status, limitMs) =>
      eventually(
        async () => {
          const task = (await tasks())[id];
          return task?.status === status ? task : undefined;
        },
        `${id} is ${status}`,
        limitMs,
      ),
    kill: close,
    [Symbol.asyncDispose]: close,
  };
}

function bindsOf(ports: readonly number[]): Readonly<Record<string, string>> {
  const ends = endpointsOf(ports);
  return {
    FrontBind: ends.publish,
    BackendEndpoint: ends.publish,
    BackendBind: ends.subscribe,
    FrontEndEndpoint: ends.subscribe,
  };
}

function endpointsOf([publish = 0, subscribe = 0]: readonly number[]): BusEndpoints {
  return { publish: `tcp://127.0.0.1:${publish}`, subscribe: `tcp://127.0.0.1:${subscribe}` };
}
