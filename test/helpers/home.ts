// A user's folder with a context from create_service on free ports, and functions to run programs in it.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { testConfiguration, type ServiceSpec } from './context.js';
import { install, type Installation } from './installation.js';
import { freePorts } from './ports.js';
import { Recorder } from './recorder.js';
import { writeContextFile } from './xml.js';

export const FILE = 'conf/Context-Home.xml';

export interface Ended {
  readonly exitCode?: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running program; interrupted at the end of the test. */
export interface Running extends AsyncDisposable {
  readonly pid: number;
  readonly out: Recorder<string>;
  readonly err: Recorder<string>;
  readonly ended: Promise<Ended>;
  interrupt(): void;
}

export interface Home extends AsyncDisposable {
  readonly path: string;
  readonly subPort: number;
  readonly pubPort: number;
  /** Runs one of the package's programs to its end. */
  run(program: string, ...args: readonly string[]): Promise<Ended>;
  /** The same in another folder. */
  runIn(folder: string, program: string, ...args: readonly string[]): Promise<Ended>;
  start(program: string, ...args: readonly string[]): Running;
  /** Starts service_context --json and waits until it is ready; by default for the context of create_service. */
  startProvider(args?: readonly string[], file?: string): Promise<Running>;
  read(file: string): Promise<string>;
  edit(file: string, change: (text: string) => string): Promise<void>;
  /** Writes a context of fixture services on this folder's ports; returns its path. */
  writeContext(...services: readonly ServiceSpec[]): Promise<string>;
}

/** `services` are `[instance, id]`; all run until they are stopped and report every 10 s. */
export async function openHome(...services: readonly (readonly [string, string])[]): Promise<Home> {
  const installed = await install();
  const { folder: path, env } = installed;
  const [subPort = 0, pubPort = 0] = await freePorts(2);
  const spawn = (program: string, args: readonly string[]) => spawnIn(path, env, [program, ...args]);
  const started: Running[] = [];
  const home: Home = {
    path,
    subPort,
    pubPort,
    run: async (program, ...args) => await spawn(program, args),
    runIn: async (folder, program, ...args) => await spawnIn(path, env, [program, ...args], folder),
    start: (program, ...args) => {
      const running = follow(spawn(program, args));
      started.push(running);
      return running;
    },
    startProvider: async (args = [], file = FILE) => {
      const provider = home.start('service_context', file, '--json', ...args);
      await provider.out.waitFor((line) => line.includes('"kind":"ready"'));
      return provider;
    },
    read: (file) => readFile(join(path, file), 'utf8'),
    edit: async (file, change) => writeFile(join(path, file), change(await home.read(file))),
    writeContext: (...specs) => {
      const front = `tcp://127.0.0.1:${pubPort}`;
      const back = `tcp://127.0.0.1:${subPort}`;
      const ends = { FrontBind: front, BackendEndpoint: front, BackendBind: back, FrontEndEndpoint: back };
      return writeContextFile(path, testConfiguration(specs, ends));
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(started.map((each) => each[Symbol.asyncDispose]()));
      await installed[Symbol.asyncDispose]();
    },
  };
  for (const [instance, id] of services) await createService(home, instance, id);
  return home;
}

async function createService(home: Home, instance: string, id: string): Promise<void> {
  const flags = {
    service_path: '.',
    context_name: 'Home',
    server_ip: '127.0.0.1',
    sub_port: home.subPort,
    pub_port: home.pubPort,
    task_service: instance,
    task_class: `${instance}Task`,
    task_desc: `the ${instance} of this home`,
    service_name: instance.toLowerCase(),
    task_id: id,
    device_action: 'go',
  };
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  const { exitCode, stderr } = await home.run('create_service', ...args);
  if (exitCode !== 0) throw new Error(stderr);
}

function spawnIn(
  path: string,
  env: Installation['env'],
  [program = '', ...args]: readonly string[],
  cwd = path,
) {
  return execa(process.execPath, [join(path, 'node_modules/.bin', program), ...args], {
    cwd,
    env,
    stdin: 'ignore',
    reject: false,
    timeout: 120_000,
  });
}

function follow(child: ReturnType<typeof spawnIn>): Running {
  const out = new Recorder<string>();
  const err = new Recorder<string>();
  createInterface(child.stdout).on('line', (line) => out.record(line));
  createInterface(child.stderr).on('line', (line) => err.record(line));
  const ended = child.then(({ exitCode, stdout, stderr }) => ({
    exitCode,
    stdout,
    stderr,
  }));
  return {
    pid: child.pid!,
    out,
    err,
    ended,
    interrupt: () => void child.kill('SIGINT'),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGINT');
      await ended;
    },
  };
}

/** Replaces the nth match: the nth block of a name in a context file belongs to the nth service. */
export function replaceNth(text: string, pattern: RegExp, nth: number, by: string): string {
  let count = 0;
  return text.replace(new RegExp(pattern, 'g'), (found) => {
    count += 1;
    return count === nth ? by : found;
  });
}
