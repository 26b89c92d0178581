// Composes the command line of a program: prlimit sets its limits and setpriv its user with all groups, where Node cannot.

import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { ContextdError, hasErrnoCode } from '../../base/errors.js';
import { isExecutable } from '../../base/find-node-executable.js';
import type { HostProgram, ProgramUser } from '../../messages/host-bootstrap.js';

const DEFAULT_PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

export interface ExecChain {
  readonly file: string;
  readonly args: readonly string[];
  /** The user and group for spawn; undefined where setpriv sets them. */
  readonly ids: { readonly uid: number; readonly gid: number } | undefined;
  /** Each executes the next one, and the last one executes the program. */
  readonly wrappers: readonly string[];
}

/** Call within `withGroupsOf`. Throws SVC_LAUNCH_FAILED or SVC_USER_REFUSED if a tool is missing. */
export function composeExecChain({ file, args, user, rlimits }: HostProgram): ExecChain {
  const limits = Object.entries(rlimits).map(([name, value]) => `--${name}=${value}`);
  const needsGroups = user !== undefined && hasFurtherGroups(user);
  const steps: string[][] = [];
  if (limits.length > 0) steps.push([findTool('prlimit', 'sets <rlimits>', 'SVC_LAUNCH_FAILED'), ...limits]);
  if (needsGroups) {
    const tool = findTool('setpriv', 'gives a program all groups of its <user>', 'SVC_USER_REFUSED');
    steps.push([tool, `--reuid=${user.uid}`, `--regid=${user.gid}`, '--keep-groups']);
    // The first setpriv executes the second with the rights of root; the second executes the program as the user.
    steps.push([tool]);
  }
  const chain = [...steps.flatMap((step) => [...step, '--']), file, ...args];
  const ids = user === undefined || needsGroups ? undefined : { uid: user.uid, gid: user.gid };
  const wrappers = steps.map(([tool = '']) => tool);
  return { file: chain[0] ?? file, args: chain.slice(1), ids, wrappers };
}

/** Runs `act` while this process has the groups of `user`. The user of this process does not change. */
export function withGroupsOf<T>(user: ProgramUser | undefined, act: () => T): T {
  if (user === undefined || process.setgroups === undefined) return act();
  const before = readGroups();
  // Missing in the types of Node.
  (process as unknown as { initgroups(name: string, gid: number): void }).initgroups(user.name, user.gid);
  try {
    return act();
  } finally {
    process.setgroups([...before]);
  }
}

/** Whether a process still runs one of the wrappers, already runs the program, or has ended. */
export function readExecState(pid: number, wrappers: readonly string[]): 'wrapper' | 'program' | 'gone' {
  try {
    return wrappers.includes(readlinkSync(`/proc/${pid}/exe`)) ? 'wrapper' : 'program';
  } catch (error) {
    // Access is denied only after the process has become the program.
    return hasErrnoCode(error, 'EACCES', 'EPERM') ? 'program' : 'gone';
  }
}

/** Node drops these groups from a child with another user. */
function hasFurtherGroups({ gid }: ProgramUser): boolean {
  return readGroups().some((each) => each !== gid);
}

/** Reads the groups from the kernel, because process.getgroups adds the effective group. */
function readGroups(): readonly number[] {
  const line = /^Groups:(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  return line.trim().split(/\s+/).filter(Boolean).map(Number);
}

function findTool(name: string, what: string, code: 'SVC_LAUNCH_FAILED' | 'SVC_USER_REFUSED'): string {
  const folders = [...(process.env.PATH ?? '').split(':'), ...DEFAULT_PATH.split(':')].filter(isAbsolute);
  const found = folders.map((folder) => join(folder, name)).find(isExecutable);
  if (found !== undefined) return realpathSync(found);
  throw new ContextdError(code, `${name} is not in PATH; it ${what}`, {
    hint: 'install util-linux (Debian: apt install util-linux)',
  });
}
