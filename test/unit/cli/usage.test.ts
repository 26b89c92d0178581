import { describe, expect, it } from 'vitest';
import { confCommand } from '../../../src/cli/conf-command.js';
import { contextDisplay } from '../../../src/cli/context-display.js';
import { createService } from '../../../src/cli/create-service.js';
import { init } from '../../../src/cli/init.js';
import { keys } from '../../../src/cli/keys.js';
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
    [
      'the transaction is not a valid id',
      ['--action=stop', '--transaction=../x'],
      'invalid value "../x" for --transaction',
    ],
    [
      'the time is none',
      ['--action=list', '--timeout=0'],
      'invalid value 0 for --timeout\n  hint: expected a number of seconds above 0',
    ],
    [
      'the time is no number',
      ['--action=list', '--timeout=soon'],
      'invalid value "soon" for --timeout\n  hint: expected a number',
    ],
    ['another action is watched', ['--action=list', '--watch'], '--watch can only be used with --action=top'],
    [
      'one service is watched',
      ['--action=top', '--watch', '--task_id=ts_1'],
      '--task_id cannot be used with --watch',
    ],
    [
      'the interval is none',
      ['--action=top', '--watch', '--interval=0'],
      'invalid value 0 for --interval\n  hint: expected a number of seconds from',
    ],
    [
      'a question goes on the topic of commands',
      ['--action=request', '--topic=context'],
      '--action=request cannot be sent on --topic=context\n  hint: remove --topic, or pass --topic=state\n',
    ],
    [
      'a command goes on the topic of questions',
      ['--action=stop', '--topic=state'],
      '--action=stop cannot be sent on --topic=state\n  hint: remove --topic, or pass --topic=context or --topic=process\n',
    ],
    [
      'the whole provider is spoken to as one service',
      ['--action=list', '--topic=process'],
      '--action=list cannot be sent on --topic=process',
    ],
    ['there is no terminal', ['--action=top', '--watch'], '--watch needs a terminal'],
    [
      'another is a dry run',
      ['--action=start', '--dry_run'],
      '--dry_run can only be used with --action=reload',
    ],
    [
      'lines are asked of others',
      ['--action=start', '--lines=5'],
      '--lines can only be used with --action=logs or history',
    ],
    ['others are raw', ['--action=top', '--raw'], '--raw can only be used with --action=logs'],
    ['others are followed', ['--action=top', '--follow'], '--follow can only be used with --action=logs'],
    [
      'a chart of others',
      ['--action=top', '--metric=rss'],
      '--metric can only be used with --action=history',
    ],
    ['a span without a chart', ['--action=history', '--since=1h'], '--since can only be used with --metric'],
    [
      'lines of a chart',
      ['--action=history', '--metric=rss', '--lines=5'],
      '--lines can only be used without --metric',
    ],
    [
      'files of others',
      ['--action=list', '--opened_files'],
      '--opened_files can only be used with --action=top',
    ],
    [
      'an interval without --watch',
      ['--action=top', '--interval=2'],
      '--interval can only be used with --watch',
    ],
    [
      'a frequency of nothing',
      ['--action=top', '--service_freq=2'],
      '--service_freq can only be used with --use_service',
    ],
    [
      'a list of one service',
      ['--action=list', '--task_id=a'],
      '--task_id can only be used with an action on services',
    ],
    [
      'the end of a transaction',
      ['--action=exit', '--transaction=T1'],
      '--transaction can only be used with an action on services',
    ],
    [
      'the file is not for it',
      ['--action=list', '--use_file'],
      '--use_file can only be used with --action=start or',
    ],
    ['the action stands alone', ['list'], 'unexpected argument "list"\n  hint: did you mean --action=list?'],
    [
      'a span is none',
      ['--action=history', '--metric=rss', '--task_id=a', '--since=x'],
      'invalid value "x" for --since',
    ],
  ])('%s', async (_why, argv, message) => {
    const { exitCode, out, err } = await run(confCommand, argv);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain(message);
    expect(err).toMatch(/\n {2}hint: \S/);
  });
});

describe('contextd keys is wrong, exit code 2, when', () => {
  it.each([
    ['nothing is said', [], "expects 'new NAME' or 'show NAME', found no arguments"],
    ['it is to do something else', ['make', 'anna'], 'found "make anna"'],
    ['two names are given', ['new', 'anna', 'bert'], 'found "new anna bert"'],
    ['the name is a path', ['new', 'keys/anna'], '"keys/anna" is not a valid name for keys'],
  ])('%s', async (_why, argv, message) => {
    const { exitCode, out, err } = await run(keys, argv);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain(message);
    expect(err).toContain('hint: ');
  });
});

describe('context_display is wrong, exit code 2, when', () => {
  it.each([
    [
      'no message has the action',
      ['--action=startd'],
      'no message has the action "startd"',
      'did you mean "started"?',
    ],
    [
      'no message is like the action',
      ['--action=x', '--action=y'],
      'the action "x"',
      'events: created, started',
    ],
    [
      'whole messages are JSON anyway',
      ['--json', '--verbose'],
      '--verbose can only be used without --json',
      '',
    ],
    [
      'the Monitor is followed with others',
      ['--topic=monitor', '--topic=state'],
      '--topic=monitor cannot be used with other topics',
      "run 'context_display --topic=monitor' on its own",
    ],
  ])('%s', async (_why, argv, message, hint) => {
    const { exitCode, out, err } = await run(contextDisplay, argv);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain(message);
    expect(err).toContain(`hint: ${hint}`);
  });
});

describe('contextd init is wrong, and writes nothing, when', () => {
  it.each([
    ['no name is given', [], 2, 'no name is given'],
    ['two names are given', ['One', 'Two'], 2, 'more than one name is given: One, Two'],
    ['the name is a path', ['../Weather'], 1, 'TPL_NAME_INVALID'],
    ['the name is a number', ['7'], 1, 'use letters and digits, not starting with a digit'],
    ['the name has no letter', ['...'], 1, 'TPL_NAME_INVALID: "..." cannot be the name of a project'],
    [
      'the service is a word of the language',
      ['Weather', '--task_service=class'],
      2,
      '--task_service: "class"',
    ],
    ['a port is none', ['Weather', '--sub_port=x'], 2, '--sub_port: "x" is not a valid port'],
    ['both ports are one', ['Weather', '--sub_port=5557'], 2, '--pub_port: 5557 is the sub_port too'],
    [
      'contextd is a file that is not there',
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

describe('service_context is wrong, exit code 2, when', () => {
  it.each([
    ['no file is named', [], 'no context file is given'],
    ['two files are named', ['a.xml', 'b.xml'], 'more than one context file is given: a.xml, b.xml'],
    [
      'the transaction is not a valid id',
      ['a.xml', '--start', '--transaction=a b'],
      'invalid value "a b" for --transaction',
    ],
    ['the level does not exist', ['a.xml', '--log_level=loud'], '"loud"'],
    ['nothing is started', ['a.xml', '--transaction=T1'], '--transaction can only be used with --start'],
    [
      'a check starts',
      ['a.xml', '--check', '--start'],
      '--start can only be used without --check and --graph',
    ],
    [
      'a graph is JSON',
      ['a.xml', '--graph=dot', '--json'],
      '--json can only be used without --check and --graph',
    ],
    ['a graph is checked', ['a.xml', '--graph', '--check'], '--check can only be used without --graph'],
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
