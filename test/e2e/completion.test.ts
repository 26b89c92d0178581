// Shell completion: loads the script in a shell and completes command lines.

import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { install, type Installation } from '../helpers/installation.js';
import { needs, tool } from '../helpers/requirements.js';

function optionsOf({ folder, env }: Installation) {
  const path = `${join(folder, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`;
  return { cwd: folder, env: { ...env, PATH: path, SHELL: '/bin/bash' } };
}

/** The completions of `line`. */
async function offered(installed: Installation, line: readonly string[]): Promise<readonly string[]> {
  const [program = ''] = line;
  const script = `
    source <(${program} completion)
    COMP_WORDS=("$@")
    COMP_CWORD=$(( $# - 1 ))
    "$(complete -p ${program} | sed 's/.* -F \\([^ ]*\\) .*/\\1/')"
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await execa('bash', ['-c', script, 'bash', ...line], optionsOf(installed));
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
  [
    ['context_display', '--ver'],
    ['--verbose', '--version'],
  ],
  [['conf_command', 'comp'], []],
  [['conf_command', '--context_file', '=', 'conf/Con'], ['conf/Context-A b.xml']],
  [['service_context', 'conf/Con'], ['conf/Context-A b.xml']],
  [['conf_command', '--action', '=', 'why', '--task_id', '='], ['ts_100']],
  [['conf_command', '--context_file', '=', 'none.xml', '--task_id', '='], []],
  [['context_display', '--service_id', 'ts_'], ['ts_100']],
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
  [['contextd', 'restart', 'ts_'], ['ts_100']],
  [['contextd', 'logs', '--follow', 'ts_'], ['ts_100']],
  [['contextd', 'ps', 'ts_'], ['ts_100']],
  [['contextd', 'up', 'conf/Con'], ['conf/Context-A b.xml']],
  [['contextd', 'rest'], ['restart']],
  [
    ['contextd', 'keys', '--role', ''],
    ['read', 'operate', 'admin'],
  ],
];

async function installWithContext(): Promise<Installation> {
  const installed = await install();
  await mkdir(join(installed.folder, 'conf'));
  const sample = join(packageRoot, 'conf', 'Context-EchoAction.xml');
  await copyFile(sample, join(installed.folder, 'conf', 'Context-A b.xml'));
  return installed;
}

test('bash completes the options of every command and their values.', { timeout: 120_000 }, async () => {
  await using installed = await installWithContext();
  const found: unknown[] = [];
  for (const [line] of rows) found.push([line, await offered(installed, line)]);
  expect(found).toEqual(rows);
});

/** Completes the last word; options have their values after `=`. */
const wholeRows: readonly (readonly [readonly string[], readonly string[]])[] = [
  [
    ['conf_command', '--action=re'],
    ['restart', 'reload', 'request'],
  ],
  [['conf_command', '--context_file=conf/Con'], ['conf/Context-A b.xml']],
  [['conf_command', '--task_id=t'], ['ts_100']],
  [['service_context', 'conf/Con'], ['conf/Context-A b.xml']],
];

test('fish completes them too.', { timeout: 120_000, ...needs('fish') }, async () => {
  await using installed = await installWithContext();
  for (const [line, words] of wholeRows) {
    const [program = '', last = ''] = line;
    const head = /^--\w+=/.exec(last)?.[0] ?? '';
    const script = `${program} completion fish | source; complete -C ${JSON.stringify(line.join(' '))}`;
    const { stdout } = await execa(tool('fish'), ['--no-config', '-c', script], optionsOf(installed));
    const found = stdout.split('\n').map((each) => each.replaceAll('\\ ', ' ').split('\t')[0]);
    expect(found.toSorted(), line.join(' ')).toEqual(words.map((word) => `${head}${word}`).toSorted());
  }
});

test('zsh completes them too.', { timeout: 120_000, ...needs('zsh') }, async () => {
  await using installed = await installWithContext();
  for (const [line, words] of wholeRows) {
    const [program = '', last = ''] = line;
    // What zsh itself has while it completes.
    const script = `
      compdef() { function_name=$1 }
      compadd() { for each in "\${offers[@]}"; do [[ "$each" == "$PREFIX"* ]] && print -r -- "$each"; done; true }
      compset() { PREFIX="\${PREFIX#*=}" }
      _files() { for each in "$PREFIX"*; do print -r -- "$each"; done }
      source <(${program} completion zsh)
      words=("$@"); CURRENT=$#; PREFIX="\${words[CURRENT]}"
      $function_name`;
    const { stdout } = await execa(tool('zsh'), ['-f', '-c', script, 'zsh', ...line], optionsOf(installed));
    expect(stdout.split('\n'), last).toEqual(words);
  }
});
