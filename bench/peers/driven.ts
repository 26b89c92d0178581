// A manager that is driven by commands, and whose services say in a folder that they are ready.

import { isRunning } from '../processes.js';
import { until, whenGone, type Manager, type ReadyFolder } from './manager.js';

/** What differs from one such manager to another. */
export interface Commands extends Pick<Manager, 'name' | 'pid' | 'list'> {
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Ends the daemon, and resolves when it is gone. */
  readonly end: () => Promise<void>;
}

export function driveBy(ready: ReadyFolder, count: number, commands: Commands): Manager {
  const { name, pid, list } = commands;
  return {
    ...{ name, pid, list },
    start: async () => {
      await ready.empty();
      const [all] = await Promise.all([ready.whenReady(count), commands.start()]);
      return all;
    },
    stop: async () => {
      const all = await ready.pids();
      await commands.stop();
      await whenGone(all);
    },
    replaced: async () => newest(ready, await ready.pids()),
    [Symbol.asyncDispose]: async () => {
      const left = await ready.pids();
      await commands.end();
      for (const pid of left) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
      await whenGone(left);
    },
  };
}

/** One that was not ready before. */
async function newest(ready: ReadyFolder, before: readonly number[]): Promise<number> {
  return await until(async () => (await ready.pids()).find((pid) => !before.includes(pid)));
}
