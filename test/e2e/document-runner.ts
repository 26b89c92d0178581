// Runs the code blocks of a document in order, in an empty folder in which contextd is installed.

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import type { CodeBlock } from '../helpers/documents.js';
import { eventually } from '../helpers/eventually.js';
import { install, type Installation } from '../helpers/installation.js';
import { freePorts } from '../helpers/ports.js';
import { tool } from '../helpers/requirements.js';

/** The ports in documents and in the files that they copy; each runner replaces them by free ports. */
const PORTS = [5556, 5557, 5576, 5577, 5586, 5587, 6789];

export interface DocumentRunner extends AsyncDisposable {
  readonly folder: string;
  /** Executes the block, writes it to its file, or compares it with the last output. */
  run(block: CodeBlock): Promise<void>;
  /** Waits until a background program has printed this text. */
  waitForOutput(text: string): Promise<void>;
  /** Expects all background programs to exit with 0, after the document's own exit command or after Ctrl-C. */
  finish(): Promise<void>;
}

type Program = ReturnType<typeof startShell>;

/** With `fast`, commands run without npx, which takes longer than the command that it starts. */
export async function openDocumentRunner({ fast }: { readonly fast: boolean }): Promise<DocumentRunner> {
  const installed = await install();
  const ports = await freePorts(PORTS.length);
  const retarget = (text: string) =>
    text.replace(/\b\d{4}\b/g, (port) => String(ports[PORTS.indexOf(Number(port))] ?? port));
  const prelude = (text: string) => [
    text.includes('python3') ? `python3() { ${tool('python3')} "$@"; }\n` : '',
    fast ? `npx() { "${installed.folder}/node_modules/.bin/$1" "\${@:2}"; }\n` : '',
  ];
  const shell = ({ text }: CodeBlock) => startShell(installed, [...prelude(text), retarget(text)].join(''));
  const running: Program[] = [];
  let backgroundOutput = '';
  let hasExitCommand = false;
  let printed = '';
  return {
    folder: installed.folder,
    run: async (block) => {
      await retargetFiles(installed.folder, retarget);
      if (block.kind === 'text output')
        expect(normalize(block.text), block.place).toEqual(normalize(printed));
      if (block.kind === 'ts FILE') await writeIn(installed.folder, block.mark, block.text);
      hasExitCommand ||= block.text.includes('--action=exit');
      if (block.kind === 'sh') printed = await waitForSuccess(shell(block), block);
      if (block.kind === 'sh background') {
        const program = shell(block);
        running.push(program);
        program.stdout.on('data', (bytes: Buffer) => (backgroundOutput += bytes.toString()));
        await untilReady(program, 'is ready');
      }
      if (block.language === 'python') {
        const program = startPython(installed, retarget(block.text));
        if (block.mark === '') await waitForSuccess(program, block);
        else await untilReady(program, '\n').finally(() => killGroup(program));
      }
    },
    waitForOutput: async (text) => {
      await eventually(() => backgroundOutput.includes(text), `the provider prints "${text}"`);
    },
    finish: async () => {
      for (const program of running) {
        if (!hasExitCommand) killGroup(program, 'SIGINT');
        const { exitCode, all } = await program;
        expect(exitCode, all).toBe(0);
      }
    },
    [Symbol.asyncDispose]: async () => {
      // Reached with running programs only after a failure.
      for (const program of running) killGroup(program);
      await Promise.all(running);
      await installed[Symbol.asyncDispose]();
    },
  };
}

function startShell(installed: Installation, script: string) {
  return start(installed, 'bash', ['-euo', 'pipefail', '-c', script]);
}

function startPython(installed: Installation, script: string) {
  return start(installed, tool('python3'), ['-u', '-c', script]);
}

function start({ folder, env }: Installation, program: string, args: readonly string[]) {
  return execa(program, args, {
    cwd: folder,
    env,
    reject: false,
    all: true,
    // With a socket as its input, like the pipes of node, bash assumes a remote login and reads its rc files.
    stdin: 'ignore',
    timeout: 240_000,
    // Leads a process group, so that all of its processes can be killed.
    detached: true,
  });
}

function killGroup({ pid, exitCode }: Program, signal: NodeJS.Signals = 'SIGTERM'): void {
  if (pid !== undefined && exitCode === null) process.kill(-pid, signal);
}

async function waitForSuccess(program: Program, { place, text }: CodeBlock): Promise<string> {
  const { exitCode, all, stdout } = await program;
  expect(exitCode, `${place}\n${text}\n${all}`).toBe(0);
  return stdout;
}

async function untilReady(program: Program, word: string): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    program.stdout.on('data', (bytes: Buffer) => {
      output += bytes.toString();
      if (output.includes(word)) resolve();
    });
    void program.then(({ all }) => reject(new Error(`the program ended before it was ready:\n${all}`)));
  });
}

async function writeIn(folder: string, name: string, text: string): Promise<void> {
  const file = join(folder, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

/** Replaces the ports in files that were copied from the package. */
async function retargetFiles(folder: string, retarget: (text: string) => string): Promise<void> {
  for (const sub of ['.', 'conf']) {
    const names = await readdir(join(folder, sub)).catch(() => []);
    for (const name of names.filter((each) => /\.(?:xml|py)$/.test(each))) {
      const file = join(folder, sub, name);
      const text = await readFile(file, 'utf8');
      if (retarget(text) !== text) await writeFile(file, retarget(text));
    }
  }
}

/** Its lines without numbers, times and column widths, which differ between runs; a chart becomes one line. */
export function normalize(text: string): readonly string[] {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => (/[┤┼]/.test(line) ? 'chart' : line))
    .map((line) =>
      line.replace(/(?<![\w-])\d[\d.,:]*(?:[hms]\d[\d.]*)*(?: ?(?:ms|MiB|[smhdGMKk%]))?(?![\w-])/g, '#'),
    )
    .map((line) =>
      line
        .replace(/\s+/g, ' ')
        .replace(/#(?: #)+/g, '#')
        .trim(),
    );
  return lines.filter((line, index) => line !== 'chart' || lines[index - 1] !== 'chart');
}
