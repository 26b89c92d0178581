// A control group with a memory limit. Requires root.

import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createUniqueId } from '../../src/base/ids.js';

const VERSION_1 = '/sys/fs/cgroup/memory';
const VERSION_2 = '/sys/fs/cgroup';

/** Whether this system allows such a group. */
export function canLimitMemory(): boolean {
  try {
    openMemoryLimit(1024 * 1024)[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}

/** The kernel kills processes in the group that use more than `bytes` of memory. */
export function openMemoryLimit(bytes: number): { add(pid: number): void } & Disposable {
  const isVersion1 = existsSync(VERSION_1);
  const folder = join(isVersion1 ? VERSION_1 : VERSION_2, `contextd-test-${createUniqueId()}`);
  mkdirSync(folder);
  const limits = isVersion1 ? ['memory.limit_in_bytes'] : ['memory.max', 'memory.swap.max'];
  try {
    for (const name of limits) writeFileSync(join(folder, name), name.includes('swap') ? '0' : `${bytes}`);
  } catch (error) {
    rmdirSync(folder);
    throw error;
  }
  return {
    add: (pid) => writeFileSync(join(folder, 'cgroup.procs'), `${pid}`),
    [Symbol.dispose]: () => rmdirSync(folder),
  };
}
