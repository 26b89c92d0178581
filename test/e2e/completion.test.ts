// Completion as bash does it: the script is loaded, and the words on the line are cut as bash cuts them.

import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { install, type Installation } from '../helpers/installation.js';

/** The words that are offered when Tab is pressed at the end of `line`. */
async function offered({ folder, env }: Installation, line: readonly string[]): Promise<readonly string[]> {
  const [program = ''] = line;
  const script = `
    source <(${program} completion)
    COMP_WORDS=("$@")
    COMP_CWORD=$(( $# - 1 ))
    "$(complete -p ${program} | sed 's/.* -F \\([^ ]*\\) .*/\\1/')"
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const path = `${join(folder, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`;
  const options = { cwd: folder, env: { ...env, PATH: path, SHELL: '/bin/bash' } };
  const { stdout, stderr } = await execa('bash', ['-c', script, 'bash', ...line], options);
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
}

const rows: readonly (readonly [readonly string[], readonly string[]])[] = [
  [['conf_command', '--act'], ['--action']],
  [
    ['conf_command', '--action', 're'],
    ['restart', 'reload', 'request'],
  ],
  [
    ['conf_command', '--action', '=', 're'],
    ['restart', 'reload', 'request'],
  ],
  [
    ['conf_command', '--topic', '='],
    ['context', 'process', 'state'],
  ],
  [
    ['service_context', 'conf/Context-A.xml', '--log_level', '='],
    ['debug', 'info', 'warn', 'error'],
  ],
  [['context_display', '--ver'], ['--verbose']],
  [
    ['create_service', '--entry_action', '=', 'on_'],
    ['on_start', 'on_update', 'on_fail', 'on_exit'],
  ],
  [['create_service', '--task_type', 'S'], ['Single']],
  [
    ['contextd', 'con'],
    ['conf_command', 'context_display'],
  ],
  [['contextd', 'conf_command', '--action', '=', 'wh'], ['why']],
  [
    ['contextd', 'keys', '--role', ''],
    ['read', 'operate', 'admin'],
  ],
];

test('Tab completes options and their values, of every command.', { timeout: 120_000 }, async () => {
  await using installed = await install();
  const found = await Promise.all(
    rows.map(async ([line]) => [line, await offered(installed, line)] as const),
  );
  expect(found).toEqual(rows);
});
