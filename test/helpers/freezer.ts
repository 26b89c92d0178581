// Finds a folder in which freezer control groups (version 1) can be created; otherwise undefined.

import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { createUniqueId } from '../../src/base/ids.js';

export function findFreezer(): string | undefined {
  try {
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    const line = mounts.find((each) => each.includes(' - cgroup ') && /[ ,]freezer(,|$)/.test(each));
    const folder = line?.split(' ')[4];
    if (folder === undefined) return undefined;
    const probe = join(folder, `contextd-probe-${createUniqueId()}`);
    mkdirSync(probe);
    rmdirSync(probe);
    return folder;
  } catch {
    return undefined;
  }
}
