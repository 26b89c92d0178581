// A control group per run of a service: whatever a process does, all that it starts stays in it.

import { accessSync, constants, existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createUniqueId } from '../base/ids.js';
import { listFolder, readLargeFile, readSmallFile } from '../sampler/proc-file.js';
import { digest, ownerIn } from './run-token.js';

const PREFIX = 'contextd-';
const PROCESSES = 'cgroup.procs';

/** Of version 1, those that serve here; one that can freeze comes first. */
const CONTROLLERS = ['freezer', 'pids', 'name=systemd'];

/** Where this process may make control groups: below its own; undefined when it may nowhere. */
export function findControlGroups(): string | undefined {
  return findOwnGroups().find(isUsable);
}

/** Makes the group of a run below `base`; undefined when that fails. */
export function createControlGroup(base: string, token: string): string | undefined {
  const path = join(base, nameControlGroup(token));
  return tryTo(() => mkdirSync(path)) || existsSync(path) ? path : undefined;
}

/** Moves this process; what it starts from now on belongs to the group too. */
export function joinControlGroup(path: string): boolean {
  return tryTo(() => writeFileSync(join(path, PROCESSES), '0'));
}

/** The group of a run, found by one of its processes, whoever made it. */
export function locateControlGroup(pid: number, token: string): string | undefined {
  const name = nameControlGroup(token);
  return groupsOf(pid).flatMap((path) => cutAfter(path, (each) => each === name) ?? [])[0];
}

/** The group of a run of `owner` that a process is in, whichever run that is. */
export function locateGroupOfOwner(pid: number, owner: string): string | undefined {
  const prefix = PREFIX + digest(owner, 16);
  return groupsOf(pid).flatMap((path) => cutAfter(path, (each) => each.startsWith(`${prefix}-`)) ?? [])[0];
}

/** The pids in a group and in those that its processes have made in it. */
export function listControlGroup(path: string): readonly number[] {
  const own = (readLargeFile(join(path, PROCESSES)) ?? '').split('\n').filter((each) => each !== '');
  return [...own.map(Number), ...subgroupsOf(path).flatMap(listControlGroup)];
}

/** Ends all of a group in one go, also what forks meanwhile; false where the system cannot. */
export function killControlGroup(path: string): boolean {
  return write(path, 'cgroup.kill', '1');
}

/** Nothing in the group runs, or forks, until it is thawed. */
export function freezeControlGroup(path: string, isFrozen: boolean): void {
  if (!write(path, 'cgroup.freeze', isFrozen ? '1' : '0'))
    write(path, 'freezer.state', isFrozen ? 'FROZEN' : 'THAWED');
}

/** Once nothing is in it; what is left stays. */
export function removeControlGroup(path: string): void {
  for (const each of subgroupsOf(path)) removeControlGroup(each);
  tryTo(() => rmdirSync(path));
}

/** Those that runs of `owner` have left below `base`, without a process. */
export function removeEmptyGroups(base: string, owner: string): void {
  const prefix = `${PREFIX}${digest(owner, 16)}-`;
  for (const path of subgroupsOf(base)) {
    if (path.slice(base.length + 1).startsWith(prefix) && listControlGroup(path).length === 0)
      removeControlGroup(path);
  }
}

/** What the group of a run is called, wherever it is. */
export function nameControlGroup(token: string): string {
  return `${PREFIX}${digest(ownerIn(token), 16)}-${digest(token, 16)}`;
}

/** As folders, version 2 first. */
function findOwnGroups(): readonly string[] {
  return groupsOf(process.pid);
}

interface Mount {
  /** The part of the hierarchy that is mounted. */
  readonly root: string;
  readonly folder: string;
  /** Of version 1; none for version 2. */
  readonly controllers: readonly string[];
}

/** `36 35 98:0 /root /folder options - cgroup2 source options`. */
function readMounts(): readonly Mount[] {
  return (readLargeFile('/proc/self/mountinfo') ?? '').split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const [, , , root, folder] = left.split(' ');
    const [type, , options = ''] = right.split(' ');
    if (root === undefined || folder === undefined || !(type === 'cgroup' || type === 'cgroup2')) return [];
    return [{ root, folder, controllers: type === 'cgroup2' ? [] : options.split(',') }];
  });
}

/** The folders of the groups that a process is in, in the order in which they are preferred. */
function groupsOf(pid: number): readonly string[] {
  const lines = (readSmallFile(`/proc/${pid}/cgroup`) ?? '').split('\n');
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

/** Whether a group can be made here, and processes of ours moved into it. */
function isUsable(base: string): boolean {
  const path = join(base, `${PREFIX}probe-${createUniqueId()}`);
  if (!tryTo(() => mkdirSync(path))) return false;
  const canMove = [base, path].every((each) =>
    tryTo(() => accessSync(join(each, PROCESSES), constants.W_OK)),
  );
  const type = readSmallFile(join(path, 'cgroup.type'))?.trim();
  removeControlGroup(path);
  return canMove && (type === undefined || type === 'domain');
}

function cutAfter(path: string, isWanted: (name: string) => boolean): string | undefined {
  const names = path.split('/');
  const at = names.findIndex(isWanted);
  return at < 0 ? undefined : names.slice(0, at + 1).join('/');
}

function subgroupsOf(path: string): readonly string[] {
  const names = listFolder(path) ?? [];
  return names.map((name) => join(path, name)).filter((each) => existsSync(join(each, PROCESSES)));
}

function write(path: string, file: string, text: string): boolean {
  // Not created: a group has the files that the system gives it.
  return existsSync(join(path, file)) && tryTo(() => writeFileSync(join(path, file), text));
}

function tryTo(act: () => void): boolean {
  try {
    act();
    return true;
  } catch {
    return false; // The system refuses: there are other ways.
  }
}
