// The help text of a command, for inline snapshots.

import { expect } from 'vitest';
import { runCommand } from '../../src/cli/run.js';
import { createTerminal } from './terminal.js';

/** The help of a command on a terminal of 100 columns, after a line end. */
export async function helpOf(command: unknown): Promise<string> {
  const terminal = createTerminal();
  expect([await runCommand(command as never, ['--help'], terminal), terminal.written.err]).toEqual([0, '']);
  expect(terminal.written.out.split('\n').filter((line) => line.length > 100)).toEqual([]);
  return `\n${terminal.written.out}`;
}
