// supervisord, where it is installed.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning } from '../processes.js';
import { driveBy } from './driven.js';
import { MANAGED, ReadyFolder, runToEnd, until, type Manager, type PeerOptions } from './manager.js';

const PROGRAM = '/usr/bin/supervisord';
const CONTROL = '/usr/bin/supervisorctl';

/** Undefined when it is not there. */
export async function openSupervisord(options: PeerOptions): Promise<Manager | undefined> {
  if (!existsSync(PROGRAM)) return undefined;
  const { count, folder } = options;
  await mkdir(folder, { recursive: true });
  const ready = new ReadyFolder(folder);
  await ready.empty();
  const file = join(folder, 'supervisord.conf');
  await writeFile(file, composeFile(options, ready.path));
  const daemon = spawn(PROGRAM, ['--nodaemon', '--configuration', file], { stdio: 'ignore' });
  const gone = once(daemon, 'exit');
  const control = (...args: string[]) => runToEnd(process.env, CONTROL, '--configuration', file, ...args);
  await until(() => Promise.resolve(existsSync(join(folder, 'socket')) ? true : undefined));
  return driveBy(ready, count, {
    name: 'supervisord',
    pid: () => daemon.pid ?? 0,
    start: () => control('start', 'all'),
    stop: () => control('stop', 'all'),
    // It ends with a code of its own when one is not running.
    list: () => control('status'),
    end: async () => {
      if (isRunning(daemon.pid ?? 0)) daemon.kill('SIGTERM');
      await gone;
    },
  });
}

function composeFile({ count, folder, endpoints }: PeerOptions, ready: string): string {
  const variables = `READY_FOLDER="${ready}",SUBSCRIBE="${endpoints.subscribe}",PUBLISH="${endpoints.publish}"`;
  const programs = Array.from(
    { length: count },
    (_, index) => `
[program:s${index}]
command=${process.execPath} ${MANAGED}
environment=${variables}
autostart=false
autorestart=true
startsecs=0
stdout_logfile=${folder}/s${index}.log
redirect_stderr=true
`,
  );
  return `[unix_http_server]
file=${folder}/socket
[supervisord]
logfile=${folder}/supervisord.log
pidfile=${folder}/supervisord.pid
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://${folder}/socket
${programs.join('')}`;
}
