// Linux control groups, one for each run of a service: all processes that the service starts stay in its group.

import { accessSync, constants, existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createUniqueId } from '../base/ids.js';
import { listFolder, readText } from '../sampler/proc-file.js';
import { digest, ownerOfToken } from './run-token.js';

const PREFIX = 'contextd-';
const PROCESSES = 'cgroup.procs';

/** Usable hierarchies of cgroup version 1, in order of preference: only the freezer can freeze. */
const CONTROLLERS = ['freezer', 'pids', 'name=systemd'];

/** Returns the folder below which this process may create control groups; undefined if not found. */
export function findControlGroups(): string | undefined {
  return findOwnGroups().find(isUsable);
}

/** Creates the group of a run below `base`. Returns its path; undefined on failure. */
export function createControlGroup(base: string, token: string): string | undefined {
  const path = join(base, nameControlGroup(token));
  return attempt(() => mkdirSync(path)) || existsSync(path) ? path : undefined;
}

/** Moves this process into the group; processes that it starts later belong to the group too. */
export function joinControlGroup(path: string): boolean {
  return attempt(() => writeFileSync(join(path, PROCESSES), '0'));
}

/** Finds the group of a run by one of its processes. */
export function locateControlGroup(pid: number, token: string): string | undefined {
  const name = nameControlGroup(token);
  return groupsOf(pid).flatMap((path) => pathUpTo(path, (each) => each === name) ?? [])[0];
}

/** Finds the group of any run of `owner` that contains a process. */
export function locateGroupOfOwner(pid: number, owner: string): string | undefined {
  const prefix = PREFIX + digest(owner, 16);
  return groupsOf(pid).flatMap((path) => pathUpTo(path, (each) => each.startsWith(`${prefix}-`)) ?? [])[0];
}

/** Lists the pids in a group and its subgroups. */
export function listControlGroup(path: string): readonly number[] {
  const own = (readText(join(path, PROCESSES)) ?? '').split('\n').filter((each) => each !== '');
  return [...own.map(Number), ...subgroupsOf(path).flatMap(listControlGroup)];
}

/** Kills all processes of a group at once, including new forks. Returns false if the system does not support that. */
export function killControlGroup(path: string): boolean {
  return write(path, 'cgroup.kill', '1');
}

/** Freezes or thaws a group: the processes of a frozen group do not run and do not fork. */
export function freezeControlGroup(path: string, isFrozen: boolean): void {
  if (!write(path, 'cgroup.freeze', isFrozen ? '1' : '0'))
    write(path, 'freezer.state', isFrozen ? 'FROZEN' : 'THAWED');
}

/** Removes a group and its subgroups if they are empty. */
export function removeControlGroup(path: string): void {
  for (const each of subgroupsOf(path)) removeControlGroup(each);
  attempt(() => rmdirSync(path));
}

/** Removes the empty groups of runs of `owner` below `base`. */
export function removeEmptyGroups(base: string, owner: string): void {
  const prefix = `${PREFIX}${digest(owner, 16)}-`;
  for (const path of subgroupsOf(base)) {
    if (path.slice(base.length + 1).startsWith(prefix) && listControlGroup(path).length === 0)
      removeControlGroup(path);
  }
}

/** Returns the folder name of the group of a run. */
export function nameControlGroup(token: string): string {
  return `${PREFIX}${digest(ownerOfToken(token), 16)}-${digest(token, 16)}`;
}

/** Returns the folders of the groups of this process, version 2 first. */
function findOwnGroups(): readonly string[] {
  return groupsOf(process.pid);
}

interface Mount {
  /** The mounted part of the hierarchy. */
  readonly root: string;
  readonly folder: string;
  /** Controllers of version 1; empty for version 2. */
  readonly controllers: readonly string[];
}

/** Parses lines such as `36 35 98:0 /root /folder options - cgroup2 source options`. */
function readMounts(): readonly Mount[] {
  return (readText('/proc/self/mountinfo') ?? '').split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const [, , , root, folder] = left.split(' ');
    const [type, , options = ''] = right.split(' ');
    if (root === undefined || folder === undefined || !(type === 'cgroup' || type === 'cgroup2')) return [];
    return [{ root, folder, controllers: type === 'cgroup2' ? [] : options.split(',') }];
  });
}

/** Returns the folders of the groups that a process is in, in order of preference. */
function groupsOf(pid: number): readonly string[] {
  const lines = (readText(`/proc/${pid}/cgroup`) ?? '').split('\n');
  const mounts = readMounts();
  const folderOf = (isWanted: (controllers: string) => boolean, isMount: (mount: Mount) => boolean) => {
    const line = lines.find((each) => isWanted(each.split(':', 2)[1] ?? '-'));
    const mount = mounts.find(isMount);
    const path = line?.slice(line.indexOf(':', line.indexOf(':') + 1) + 1);
    const below = mount === undefined || path === undefined ? '..' : relative(mount.root, path);
    return mount === undefined || below.startsWith('..') ? [] : [join(mount.folder, below)];
  };
  return [
    ...folderOf(
      (each) => each === '',
      ({ controllers }) => controllers.length === 0,
    ),
    ...CONTROLLERS.flatMap((name) =>
      folderOf(
        (each) => each.split(',').includes(name),
        ({ controllers }) => controllers.includes(name),
      ),
    ),
  ];
}

/** Returns whether a group can be created here and processes of this user can be moved into it. */
function isUsable(base: string): boolean {
  const path = join(base, `${PREFIX}probe-${createUniqueId()}`);
  if (!attempt(() => mkdirSync(path))) return false;
  const canMove = [base, path].every((each) =>
    attempt(() => accessSync(join(each, PROCESSES), constants.W_OK)),
  );
  const type = readText(join(path, 'cgroup.type'))?.trim();
  removeControlGroup(path);
  return canMove && (type === undefined || type === 'domain');
}

function pathUpTo(path: string, isWanted: (name: string) => boolean): string | undefined {
  const names = path.split('/');
  const at = names.findIndex(isWanted);
  return at < 0 ? undefined : names.slice(0, at + 1).join('/');
}

function subgroupsOf(path: string): readonly string[] {
  const names = listFolder(path) ?? [];
  return names.map((name) => join(path, name)).filter((each) => existsSync(join(each, PROCESSES)));
}

function write(path: string, file: string, text: string): boolean {
  // Do not create the file: the system provides the files of a group.
  return existsSync(join(path, file)) && attempt(() => writeFileSync(join(path, file), text));
}

function attempt(operation: () => void): boolean {
  try {
    operation();
    return true;
  } catch {
    return false; // Not permitted or not supported; callers have a fallback.
  }
}
