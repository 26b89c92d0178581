// Starts programs and records their output lines; kills them at the end of a test.

import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { builtFile, packageRoot } from '../../src/base/package.js';
import { Recorder } from './recorder.js';

/** Node options that allow importing the TypeScript of src. */
export const WITH_TYPESCRIPT = ['--import', pathToFileURL(builtFile('testing/typescript.js')).href] as const;

export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Program extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly out: Recorder<string>;
  readonly err: Recorder<string>;
  readonly ended: Promise<ProgramEnd>;
}

/** Starts dist/tools/NAME.js. */
export function startProgram(name: string, ...args: readonly string[]): Program {
  return spawnProgram(process.execPath, join(packageRoot, 'dist', 'tools', `${name}.js`), ...args);
}

export function spawnProgram(program: string, ...args: readonly string[]): Program {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const out = new Recorder<string>();
  const err = new Recorder<string>();
  createInterface(child.stdout).on('line', (line) => out.record(line));
  createInterface(child.stderr).on('line', (line) => err.record(line));
  const ended = new Promise<ProgramEnd>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  return {
    child,
    out,
    err,
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
