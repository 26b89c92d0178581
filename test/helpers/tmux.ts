// A real terminal: a tmux pane with a shell.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { packageRoot } from '../../src/base/package.js';
import { eventually } from './eventually.js';
import { openFolder } from './folder.js';
import { tool } from './requirements.js';

export interface Pane extends AsyncDisposable {
  /** Types a line of the shell, and Enter. */
  enter(text: string): Promise<void>;
  /** Types the command line of one of this package's programs, and Enter. */
  start(program: string, ...args: readonly string[]): Promise<void>;
  /** Presses keys, named as tmux names them: Enter, Escape, Down, NPage, C-c, or text. */
  press(...keys: readonly string[]): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
  /** The lines on the screen. */
  screen(): Promise<readonly string[]>;
  /** Waits until a line matches; returns it. */
  waitForLine(what: RegExp): Promise<string>;
  /** Waits until no line matches. */
  waitUntilGone(what: RegExp): Promise<void>;
  /** The state of cursor and alternate screen, such as SHELL_FLAGS. */
  flags(): Promise<string>;
  /** The process that the shell has started. */
  child(): Promise<number>;
  /** All bytes written to the terminal since the start. */
  written(): string;
}

/** The flags of a shell: a cursor, and no alternate screen. */
export const SHELL_FLAGS = 'cursor 1 alternate 0';

export async function openPane(columns = 80, rows = 24): Promise<Pane> {
  const folder = await openFolder();
  const output = join(folder.path, 'output');
  const program = tool('tmux');
  const tmux = async (...args: readonly string[]) => {
    const { stdout } = await execa(program, [
      '-S',
      join(folder.path, 'socket'),
      '-f',
      '/dev/null',
      '-u',
      ...args,
    ]);
    return stdout;
  };
  const size = ['-x', String(columns), '-y', String(rows)];
  await tmux('new-session', '-d', ...size, 'PS1="ready> " exec bash --norc --noprofile');
  await tmux('pipe-pane', '-o', `cat > '${output}'`);
  const shell = Number(await tmux('display-message', '-p', '#{pane_pid}'));
  const screen = async () => (await tmux('capture-pane', '-p')).split('\n');
  const enter = async (text: string) => {
    await tmux('send-keys', '-l', text);
    await tmux('send-keys', 'Enter');
  };
  const pane: Pane = {
    enter,
    start: (program, ...args) =>
      enter([process.execPath, join(packageRoot, 'dist', 'tools', `${program}.js`), ...args].join(' ')),
    press: async (...keys) => {
      await tmux('send-keys', ...keys);
    },
    resize: async (x, y) => {
      await tmux('resize-window', '-x', String(x), '-y', String(y));
    },
    screen,
    waitForLine: (what) => waitForMatch(screen, what),
    waitUntilGone: async (what) => {
      await eventually(async () => !(await screen()).some((each) => what.test(each)), `no more ${what}`);
    },
    flags: () => tmux('display-message', '-p', 'cursor #{cursor_flag} alternate #{alternate_on}'),
    child: () => eventually(() => childOf(shell), 'a child of the shell'),
    written: () => readFileSync(output, 'latin1'),
    [Symbol.asyncDispose]: async () => {
      await tmux('kill-server');
      await folder[Symbol.asyncDispose]();
    },
  };
  await pane.waitForLine(/^ready>/);
  return pane;
}

async function waitForMatch(screen: () => Promise<readonly string[]>, what: RegExp): Promise<string> {
  let last: readonly string[] = [];
  try {
    return await eventually(async () => {
      last = await screen();
      return last.find((each) => what.test(each));
    }, String(what));
  } catch (error) {
    throw new Error(`not on the screen: ${what}\n${last.join('\n')}`, { cause: error });
  }
}

function childOf(shell: number): number | undefined {
  const [pid] = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').split(' ');
  return pid === undefined || pid === '' ? undefined : Number(pid);
}
