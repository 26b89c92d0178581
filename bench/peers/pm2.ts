// pm2, installed into a folder of its own.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning } from '../processes.js';
import { driveBy } from './driven.js';
import { MANAGED, ReadyFolder, runToEnd, whenGone, type Manager, type PeerOptions } from './manager.js';

const VERSION = '7.0.4';

/** Undefined when it cannot be installed. */
export async function openPm2({ count, folder, endpoints }: PeerOptions): Promise<Manager | undefined> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  const install = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--silent', `pm2@${VERSION}`];
  const isInstalled = await runToEnd(process.env, 'npm', ...install).then(
    () => true,
    () => false,
  );
  if (!isInstalled) return undefined;
  const ready = new ReadyFolder(folder);
  const home = join(folder, 'home');
  const env = { ...process.env, PM2_HOME: home, PM2_DISCRETE_MODE: 'true' };
  const pm2 = (...args: string[]) =>
    runToEnd(env, process.execPath, join(folder, 'node_modules/pm2/bin/pm2'), ...args);
  const apps = join(folder, 'apps.json');
  const childEnv = { READY_FOLDER: ready.path, SUBSCRIBE: endpoints.subscribe, PUBLISH: endpoints.publish };
  const describe = (_: unknown, index: number) => ({ name: `s${index}`, script: MANAGED, env: childEnv });
  await writeFile(apps, JSON.stringify({ apps: Array.from({ length: count }, describe) }));
  await pm2('ping');
  const daemon = Number(await readFile(join(home, 'pm2.pid'), 'utf8'));
  return driveBy(ready, count, {
    name: 'pm2',
    pid: () => daemon,
    start: () => pm2('start', apps),
    stop: () => pm2('delete', 'all'),
    list: () => pm2('list'),
    end: async () => {
      if (isRunning(daemon)) await pm2('kill');
      await whenGone([daemon]);
    },
  });
}
