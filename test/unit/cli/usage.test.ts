import { describe, expect, it } from 'vitest';
import { confCommand } from '../../../src/cli/conf-command.js';
import { contextDisplay } from '../../../src/cli/context-display.js';
import { runCommand } from '../../../src/cli/run.js';
import { serviceContext } from '../../../src/cli/service-context.js';
import { createTerminal } from '../../helpers/terminal.js';

async function run(command: unknown, argv: readonly string[]) {
  const terminal = createTerminal();
  const exitCode = await runCommand(command as never, argv, terminal);
  return { exitCode, ...terminal.written };
}

describe('conf_command ends with a usage error when', () => {
  it.each([
    ['no action is given', [], 'action'],
    ['the action does not exist', ['--action=dance'], '"dance"'],
    [
      'the transaction is not a valid id',
      ['--action=stop', '--transaction=../x'],
      'invalid value "../x" for --transaction',
    ],
    [
      'the timeout is 0',
      ['--action=list', '--timeout=0'],
      'invalid value 0 for --timeout\n  hint: expected a number of seconds above 0',
    ],
    [
      'the timeout is not a number',
      ['--action=list', '--timeout=soon'],
      'invalid value "soon" for --timeout\n  hint: expected a number',
    ],
    [
      '--watch is used with another action',
      ['--action=list', '--watch'],
      '--watch can only be used with --action=top',
    ],
    [
      '--watch is used with one service',
      ['--action=top', '--watch', '--task_id=ts_1'],
      '--task_id cannot be used with --watch',
    ],
    [
      'the interval is 0',
      ['--action=top', '--watch', '--interval=0'],
      'invalid value 0 for --interval\n  hint: expected a number of seconds from',
    ],
    [
      'a query is sent on the topic of commands',
      ['--action=request', '--topic=context'],
      '--action=request cannot be sent on --topic=context\n  hint: remove --topic, or pass --topic=state\n',
    ],
    [
      'a command is sent on the topic of queries',
      ['--action=stop', '--topic=state'],
      '--action=stop cannot be sent on --topic=state\n  hint: remove --topic, or pass --topic=context or --topic=process\n',
    ],
    [
      'a provider action is sent on the topic of services',
      ['--action=list', '--topic=process'],
      '--action=list cannot be sent on --topic=process',
    ],
    ['there is no terminal', ['--action=top', '--watch'], '--watch needs a terminal'],
    [
      '--dry_run is used with another action',
      ['--action=start', '--dry_run'],
      '--dry_run can only be used with --action=reload',
    ],
    [
      '--lines is used with another action',
      ['--action=start', '--lines=5'],
      '--lines can only be used with --action=why or history or logs',
    ],
    [
      '--raw is used with another action',
      ['--action=top', '--raw'],
      '--raw can only be used with --action=logs',
    ],
    [
      '--follow is used with another action',
      ['--action=top', '--follow'],
      '--follow can only be used with --action=logs',
    ],
    [
      '--metric is used with another action',
      ['--action=top', '--metric=rss'],
      '--metric can only be used with --action=history',
    ],
    [
      '--since is used without --metric',
      ['--action=history', '--since=1h'],
      '--since can only be used with --metric',
    ],
    [
      '--lines is used with --metric',
      ['--action=history', '--metric=rss', '--lines=5'],
      '--lines can only be used without --metric',
    ],
    [
      '--opened_files is used with another action',
      ['--action=list', '--opened_files'],
      '--opened_files can only be used with --action=top',
    ],
    [
      '--interval is used without --watch',
      ['--action=top', '--interval=2'],
      '--interval can only be used with --watch',
    ],
    [
      '--service_freq is used without --use_service',
      ['--action=top', '--service_freq=2'],
      '--service_freq can only be used with --use_service',
    ],
    [
      '--task_id is used with list',
      ['--action=list', '--task_id=a'],
      '--task_id can only be used with an action on services',
    ],
    [
      '--transaction is used with exit',
      ['--action=exit', '--transaction=T1'],
      '--transaction can only be used with an action on services',
    ],
    [
      '--use_file is used with list',
      ['--action=list', '--use_file'],
      '--use_file can only be used with --action=start or',
    ],
    [
      'the action is given without a flag',
      ['list'],
      'unexpected argument "list"\n  hint: did you mean --action=list?',
    ],
    [
      'the duration is invalid',
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

describe('context_display ends with a usage error when', () => {
  it.each([
    [
      'no message has the action',
      ['--action=startd'],
      'no message has the action "startd"',
      'did you mean "started"?',
    ],
    ['no action resembles it', ['--action=x', '--action=y'], 'the action "x"', 'events: created, started'],
    [
      '--verbose is used with --json',
      ['--json', '--verbose'],
      '--verbose can only be used without --json',
      '',
    ],
    [
      'the topic monitor is combined with others',
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

describe('service_context ends with a usage error when', () => {
  it.each([
    ['no file is given', [], 'no context file is given'],
    ['two files are given', ['a.xml', 'b.xml'], 'more than one context file is given: a.xml, b.xml'],
    [
      'the transaction is not a valid id',
      ['a.xml', '--start', '--transaction=a b'],
      'invalid value "a b" for --transaction',
    ],
    ['the level does not exist', ['a.xml', '--log_level=loud'], '"loud"'],
    [
      '--transaction is used without --start',
      ['a.xml', '--transaction=T1'],
      '--transaction can only be used with --start',
    ],
    [
      '--check is used with --start',
      ['a.xml', '--check', '--start'],
      '--start can only be used without --check and --graph',
    ],
    [
      '--graph is used with --json',
      ['a.xml', '--graph=dot', '--json'],
      '--json can only be used without --check and --graph',
    ],
    [
      '--graph is used with --check',
      ['a.xml', '--graph', '--check'],
      '--check can only be used without --graph',
    ],
  ])('%s', async (_why, argv, message) => {
    const { exitCode, out, err } = await run(serviceContext, argv);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain(message);
    expect(err).toContain('hint: ');
  });
});

it('a missing file is reported with its name, exit code 1', async () => {
  const { exitCode, err } = await run(serviceContext, ['nowhere/Context-None.xml']);
  expect(exitCode).toBe(1);
  expect(err).toMatch(/^error XML_UNREADABLE: .*nowhere\/Context-None\.xml/);
});
