// contextd up -d: starts a provider in a session of its own, and waits until its services have started.

import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, fstatSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ContextdError, EXIT } from '../base/errors.js';
import { makeFolder } from '../base/make-folder.js';
import { packageRoot } from '../base/package.js';
import { openPrivate } from '../base/private-files.js';
import type { ContextFile } from '../model/read/read-context.js';
import { stateFolderOf } from '../provider/provider-setup.js';
import type { ProviderArguments } from './arguments/provider-options.js';
import type { ReadyMessage } from './run-provider.js';
import { exitCodeOf, showAnswer } from './show/answer.js';
import type { Terminal } from './terminal/terminal.js';

export async function runInBackground(
  args: ProviderArguments,
  file: ContextFile,
  terminal: Terminal,
): Promise<number> {
  const log = openConsoleLog(file);
  const child = spawnProvider(args, file, log);
  closeSync(log.descriptor);
  const end = await waitUntilReady(child, terminal.signal);
  if (end.kind === 'ended') throw failedError(file, log, end.how);
  if (end.kind === 'interrupted') {
    throw new ContextdError('BUS_CLOSED', 'interrupted: the provider continues to start in the background', {
      hint: "'contextd ps' shows its services, 'contextd down' stops it",
    });
  }
  return report(end.message, { file, log, pid: child.pid, json: args.json }, terminal);
}

interface ConsoleLog {
  readonly path: string;
  readonly descriptor: number;
  /** Its size before the provider was started. */
  readonly size: number;
}

/** Output that bypasses the console, such as a crash of Node.js, is appended to the same file. */
function openConsoleLog({ folder, configuration }: ContextFile): ConsoleLog {
  const stateFolder = stateFolderOf(folder, configuration.ContextID);
  makeFolder(stateFolder, 0o700);
  const path = join(stateFolder, 'provider.log');
  const descriptor = openPrivate(path);
  return { path, descriptor, size: fstatSync(descriptor).size };
}

function spawnProvider(args: ProviderArguments, { path }: ContextFile, log: ConsoleLog): ChildProcess {
  const flags = [
    '--start',
    `--console_log=${log.path}`,
    `--log_level=${args.log_level}`,
    ...(args.transaction === undefined ? [] : [`--transaction=${args.transaction}`]),
    ...(args.detach_on_exit ? ['--detach_on_exit'] : []),
    ...(args.insecure ? ['--insecure'] : []),
    ...args.service_root.map((root) => `--service_root=${root}`),
  ];
  const program = join(packageRoot, 'dist', 'tools', 'service_context.js');
  return spawn(process.execPath, [...process.execArgv, program, path, ...flags], {
    detached: true,
    stdio: ['ignore', log.descriptor, log.descriptor, 'ipc'],
  });
}

type End =
  | { readonly kind: 'ready'; readonly message: ReadyMessage }
  | { readonly kind: 'ended'; readonly how: string }
  | { readonly kind: 'interrupted' };

/** Afterwards the child is not connected to this process any more. */
async function waitUntilReady(child: ChildProcess, signal: AbortSignal): Promise<End> {
  const end = await new Promise<End>((resolve) => {
    child.once('message', (message) => resolve({ kind: 'ready', message: message as ReadyMessage }));
    child.once('error', (error) => resolve({ kind: 'ended', how: error.message }));
    child.once('exit', (code, killedBy) =>
      resolve({ kind: 'ended', how: killedBy === null ? `exit code ${String(code)}` : `signal ${killedBy}` }),
    );
    signal.addEventListener('abort', () => resolve({ kind: 'interrupted' }), { once: true });
  });
  if (child.connected) child.disconnect();
  child.unref();
  return end;
}

const SHOWN_LINES = 20;

function failedError({ path }: ContextFile, log: ConsoleLog, how: string): ContextdError {
  const lines = readSince(log).trimEnd().split('\n').slice(-SHOWN_LINES);
  const message = `the provider of ${relative('', path)} ended with ${how} before it was ready; it printed:`;
  return new ContextdError(
    'CTX_PROVIDER_FAILED',
    [message, ...lines.map((line) => `    ${line}`)].join('\n'),
    {
      hint: `all of it is in ${relative('', log.path)}`,
    },
  );
}

/** What was written since the start, unless the log was rotated meanwhile. */
function readSince({ path, size }: ConsoleLog): string {
  const bytes = readFileSync(path);
  return bytes.subarray(bytes.length >= size ? size : 0).toString('utf8');
}

interface Started {
  readonly file: ContextFile;
  readonly log: ConsoleLog;
  readonly pid: number | undefined;
  readonly json: boolean;
}

function report({ answer }: ReadyMessage, { file, log, pid, json }: Started, terminal: Terminal): number {
  const path = relative('', file.path);
  if (json) {
    const provider = { was_running: false, pid, context_file: file.path, log: log.path };
    terminal.out(`${JSON.stringify({ ...provider, ...answer?.status, transaction: answer?.transaction })}\n`);
  } else {
    terminal.out(
      `${path} runs in the background: provider pid ${pid ?? 0}, console in ${relative('', log.path)}\n`,
    );
  }
  if (answer === undefined) {
    if (!json) terminal.out('the services of the previous provider kept running and were adopted\n');
    return EXIT.done;
  }
  return json ? exitCodeOf(answer) : showAnswer(terminal, { action: 'start', json, answer });
}
