import { describe, expect, it } from 'vitest';
import { confCommand } from '../../../src/cli/conf-command.js';
import { createService } from '../../../src/cli/create-service.js';
import { init } from '../../../src/cli/init.js';
import { runCommand } from '../../../src/cli/run.js';
import { serviceContext } from '../../../src/cli/service-context.js';
import { createTerminal } from '../../helpers/terminal.js';

async function run(command: unknown, argv: readonly string[]) {
  const terminal = createTerminal();
  const exitCode = await runCommand(command as never, argv, terminal);
  return { exitCode, ...terminal.written };
}

describe('conf_command is wrong, exit code 2, when', () => {
  it.each([
    ['no action is named', [], 'action'],
    ['the action does not exist', ['--action=dance'], '"dance"'],
    ['the transaction is no id', ['--action=list', '--transaction=../x'], '"../x" is no transaction id'],
    ['the time is none', ['--action=list', '--timeout=0'], '--timeout is a number of seconds above 0'],
    [
      'the time is no number',
      ['--action=list', '--timeout=soon'],
      '--timeout is a number of seconds above 0',
    ],
    ['another action is watched', ['--action=list', '--watch'], '--watch goes with --action=top only'],
    ['one service is watched', ['--action=top', '--watch', '--task_id=ts_1'], '--task_id does not go with'],
    [
      'the interval is none',
      ['--action=top', '--watch', '--interval=0'],
      '--interval is a number of seconds',
    ],
    [
      'a question goes on the topic of commands',
      ['--action=request', '--topic=context'],
      '--action=request does not go on topic context\n  hint: leave --topic away, or say --topic=state\n',
    ],
    [
      'a command goes on the topic of questions',
      ['--action=stop', '--topic=state'],
      '--action=stop does not go on topic state\n  hint: leave --topic away, or say --topic=context or --topic=process\n',
    ],
    [
      'the whole provider is spoken to as one service',
      ['--action=list', '--topic=process'],
      '--action=list does not go on topic process',
    ],
    ['there is no terminal', ['--action=top', '--watch'], '--watch needs a terminal'],
  ])('%s', async (_why, argv, message) => {
    const { exitCode, out, err } = await run(confCommand, argv);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain(message);
  });
});

describe('contextd init is wrong, and writes nothing, when', () => {
  it.each([
    ['no name is given', [], 2, 'no name is given'],
    ['two names are given', ['One', 'Two'], 2, 'more than one name is given'],
    [
      'the name is no identifier',
      ['my-app'],
      1,
      'TPL_NAME_INVALID: "my-app" cannot be the name of a project',
    ],
    ['the name is a number', ['7'], 1, 'use letters, digits and _, not starting with a digit'],
    ['the name is a path', ['../Weather'], 1, 'TPL_NAME_INVALID'],
    [
      'the service is a word of the language',
      ['Weather', '--task_service=class'],
      2,
      '--task_service: "class"',
    ],
    ['a port is none', ['Weather', '--sub_port=x'], 2, '--sub_port: "x" is no port'],
    ['both ports are one', ['Weather', '--sub_port=5557'], 2, '--pub_port: 5557 is the sub_port too'],
    ['contextd is a file that is not there', ['Weather', '--contextd=none.tgz'], 2, '/none.tgz'],
  ])('%s', async (_why, argv, exitCode, message) => {
    const ran = await run(init, [...argv, '--dry_run']);
    expect({ exitCode: ran.exitCode, out: ran.out }).toEqual({ exitCode, out: '' });
    expect(ran.err).toContain(message);
  });
});

describe('service_context is wrong, exit code 2, when', () => {
  it.each([
    ['no file is named', [], 'no context file is named'],
    ['two files are named', ['a.xml', 'b.xml'], 'more than one context file is named'],
    ['the transaction is no id', ['a.xml', '--transaction=a b'], '"a b" is no transaction id'],
    ['the level does not exist', ['a.xml', '--log_level=loud'], '"loud"'],
  ])('%s', async (_why, argv, message) => {
    const { exitCode, out, err } = await run(serviceContext, argv);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain(message);
    expect(err).toContain('hint: ');
  });
});

it('a file that is not there is told with its name, exit code 1', async () => {
  const { exitCode, err } = await run(serviceContext, ['nowhere/Context-None.xml']);
  expect(exitCode).toBe(1);
  expect(err).toMatch(/^error XML_UNREADABLE: .*nowhere\/Context-None\.xml/);
});

it('create_service names every missing and every wrong flag in one message', async () => {
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
