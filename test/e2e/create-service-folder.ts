// An empty folder and the flags of the tutorial: what every test of create_service starts from.

import { mkdtemp, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { packageRoot } from '../../src/base/package.js';

const PROGRAM = join(packageRoot, 'dist/tools/create_service.js');

export type Flags = Readonly<Record<string, string | boolean | undefined>>;

export const TUTORIAL: Flags = {
  service_path: '.',
  task_service: 'EchoAction',
  task_class: 'EchoShouting',
  task_desc: 'An echo action is for shouting the time after counting 10s',
  context_name: 'EchoAction',
  service_name: 'echo_action',
  server_ip: '127.0.0.1',
  sub_port: '5556',
  pub_port: '5557',
  task_id: 'ts_100',
  device_action: 'shout',
};
export const WALK: Flags = {
  ...TUTORIAL,
  task_service: 'Walk',
  task_class: 'Walking',
  service_name: 'walk',
  task_id: 'ts_101',
};

/** An empty folder to run create_service in, removed in the end. */
export async function makeFolder() {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'create-service-')));
  const run = (flags: Flags) => {
    const given = Object.entries(flags).filter(([, value]) => value !== undefined);
    const args = given.map(([name, value]) => (value === true ? `--${name}` : `--${name}=${String(value)}`));
    return execa(process.execPath, [PROGRAM, ...args], { cwd: path, reject: false });
  };
  const read = (file: string) => readFile(join(path, file), 'utf8');
  const write = (file: string, text: string) => writeFile(join(path, file), text);
  const remove = () => rm(path, { recursive: true, force: true });
  return { path, run, read, write, [Symbol.asyncDispose]: remove };
}

/** The text of every file below a folder, by its path there. */
export async function filesIn(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = files
    .sort()
    .map(async (file) => [file.slice(folder.length + 1), await readFile(file, 'utf8')] as const);
  return Object.fromEntries(await Promise.all(texts));
}
