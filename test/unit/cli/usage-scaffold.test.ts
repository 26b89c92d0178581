import { describe, expect, it } from 'vitest';
import { createService } from '../../../src/cli/scaffold/create-service.js';
import { init } from '../../../src/cli/scaffold/init.js';
import { keys } from '../../../src/cli/keys.js';
import { runCommand } from '../../../src/cli/run.js';
import { createTerminal } from '../../helpers/terminal.js';

async function run(command: unknown, argv: readonly string[]) {
  const terminal = createTerminal();
  const exitCode = await runCommand(command as never, argv, terminal);
  return { exitCode, ...terminal.written };
}

describe('contextd keys ends with a usage error when', () => {
  it.each([
    ['no arguments are given', [], "expects 'new NAME' or 'show NAME', found no arguments"],
    ['the verb is unknown', ['make', 'anna'], 'found "make anna"'],
    ['two names are given', ['new', 'anna', 'bert'], 'found "new anna bert"'],
    ['the name is a path', ['new', 'keys/anna'], '"keys/anna" is not a valid name for keys'],
  ])('%s', async (_why, argv, message) => {
    const { exitCode, out, err } = await run(keys, argv);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain(message);
    expect(err).toContain('hint: ');
  });
});

describe('contextd init ends with an error and writes nothing when', () => {
  it.each([
    ['no name is given', [], 2, 'no name is given'],
    ['two names are given', ['One', 'Two'], 2, 'more than one name is given: One, Two'],
    ['the name is a path', ['../Weather'], 1, 'TPL_NAME_INVALID'],
    ['the name is a number', ['7'], 1, 'use letters, digits, - and _, not starting with a digit'],
    ['the name has no letter', ['...'], 1, 'TPL_NAME_INVALID: "..." is not a valid project name'],
    [
      'the service name is a reserved word',
      ['Weather', '--task_service=class'],
      2,
      '--task_service: "class"',
    ],
    ['a port is invalid', ['Weather', '--sub_port=x'], 2, '--sub_port: "x" is not a valid port'],
    ['both ports are equal', ['Weather', '--sub_port=5557'], 2, '--pub_port: 5557 is also the sub_port'],
    [
      'the file for contextd does not exist',
      ['Weather', '--contextd=none.tgz'],
      2,
      'invalid value "none.tgz" for --contextd: there is no file /',
    ],
  ])('%s', async (_why, argv, exitCode, message) => {
    const ran = await run(init, [...argv, '--dry_run']);
    expect({ exitCode: ran.exitCode, out: ran.out }).toEqual({ exitCode, out: '' });
    expect(ran.err).toContain(message);
  });
});

it('create_service reports every missing and every invalid flag in one message', async () => {
  const { exitCode, err } = await run(createService, ['--task_service=1Echo', '--sub_port=99999']);
  expect(exitCode).toBe(2);
  expect(err.match(/^error /gm)).toHaveLength(1);
  const named = [
    '--service_path',
    '--task_class',
    '--context_name',
    '--task_id',
    '--task_service:',
    '--sub_port:',
  ];
  expect(named.filter((flag) => !err.includes(flag))).toEqual([]);
});
