// A temporary folder with contextd installed, as for a user.

import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { packageRoot } from '../../src/base/package.js';

export interface Installation extends AsyncDisposable {
  readonly folder: string;
  /** The environment in which clients find only the providers of this folder. */
  readonly env: Readonly<Record<string, string>>;
}

/** Installs the tarball CONTEXTD_TARBALL; without that variable links the built clone, which is faster. */
export async function install(): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'contextd-e2e-'));
  const runtime = join(folder, '.runtime');
  await mkdir(runtime, { mode: 0o700 });
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  const tarball = process.env.CONTEXTD_TARBALL;
  if (tarball === undefined) await linkClone(folder);
  else await execa('npm', ['install', '--no-audit', '--no-fund', tarball], { cwd: folder });
  return {
    folder,
    env: { CONTEXTD_REGISTRY: runtime },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function linkClone(folder: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, '.bin'), { recursive: true });
  await symlink(packageRoot, join(modules, 'contextd'));
  const manifest = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8')) as {
    readonly bin: Readonly<Record<string, string>>;
  };
  for (const [name, path] of Object.entries(manifest.bin)) {
    await symlink(join('..', 'contextd', path), join(modules, '.bin', name));
  }
}
