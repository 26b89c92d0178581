import { describe, expect, it } from 'vitest';
import { ContextdError } from '../../../src/base/errors.js';
import { defineCommand } from '../../../src/cli/command.js';
import { confCommand } from '../../../src/cli/conf-command.js';
import { contextDisplay } from '../../../src/cli/context-display.js';
import { createService } from '../../../src/cli/create-service.js';
import { runCommand, tellError } from '../../../src/cli/run.js';
import { serviceContext } from '../../../src/cli/service-context.js';
import { createTerminal } from '../../helpers/terminal.js';

const seen: unknown[] = [];
const sample = defineCommand({
  name: 'sample',
  summary: 'A sample.',
  positionals: '',
  options: {
    word: { type: 'string', demandOption: true, describe: 'A word' },
    list: { type: 'string', array: true, default: [] as string[], describe: 'Words' },
    kind: { choices: ['one', 'two'] as const, describe: 'A kind' },
  },
  examples: [],
  run(args, terminal) {
    seen.push(args);
    if (args.word === 'deep') {
      const cause = new TypeError('the deepest reason');
      return Promise.reject(
        new ContextdError('BUS_UNREACHABLE', 'no answer', { cause, hint: 'call louder' }),
      );
    }
    if (args.word === 'odd') return Promise.reject(new RangeError('nobody expected this'));
    terminal.out('done\n');
    return Promise.resolve(args.word === 'three' ? 3 : 0);
  },
});

async function run(...argv: string[]) {
  const terminal = createTerminal();
  const exitCode = await runCommand(sample, argv, terminal);
  return { exitCode, ...terminal.written };
}

describe('a command', () => {
  it('is given its arguments, and its result is the exit code', async () => {
    expect(await run('--word=a', '--list=x', '--list', 'y', '--kind', 'two')).toEqual({
      exitCode: 0,
      out: 'done\n',
      err: '',
    });
    expect(seen.at(-1)).toMatchObject({ word: 'a', list: ['x', 'y'], kind: 'two' });
    expect(await run('--word=three')).toMatchObject({ exitCode: 3 });
    await run('--word=a', '--word=b', '--debug', '--debug');
    expect(seen.at(-1)).toMatchObject({ word: 'b', debug: true, list: [] });
  });

  it.each([
    ['a required option is missing', [], 'word'],
    ['an option is unknown', ['--word=a', '--wrod=b'], 'Unknown argument: wrod'],
    [
      'a value is none of the choices',
      ['--word=a', '--kind=three'],
      'kind, Given: "three", Choices: "one", "two"',
    ],
  ])('is not run, and exits 2 with a hint, when %s', async (_why, argv, message) => {
    const before = seen.length;
    const { exitCode, out, err } = await run(...argv);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toMatch(/^error CLI_USAGE: /);
    expect(err).toContain(message);
    expect(err).toContain(`\n  hint: run 'sample --help' to see what it takes\n`);
    expect(seen).toHaveLength(before);
  });

  it('that fails tells message and hint, and exits with the code of the error', async () => {
    expect(await run('--word=deep')).toEqual({
      exitCode: 3,
      out: '',
      err: 'error BUS_UNREACHABLE: no answer\n  hint: call louder\n',
    });
    expect(await run('--word=odd')).toEqual({
      exitCode: 1,
      out: '',
      err: 'error INTERNAL: nobody expected this\n',
    });
  });

  it('shows the stack and the cause with --debug only', async () => {
    const { err } = await run('--word=deep', '--debug');
    expect(err).toMatch(
      /error BUS_UNREACHABLE: no answer\n {2}hint: call louder\nContextdError: no answer\n {4}at /,
    );
    expect(err).toMatch(/\ncaused by TypeError: the deepest reason\n {4}at .*run\.test\.ts/);
  });

  it('prints a script for shell completion', async () => {
    const { exitCode, out } = await run('completion');
    expect(exitCode).toBe(0);
    expect(out).toContain('###-begin-sample-completions-###');
    expect(out).toContain('--get-yargs-completions');
  });
});

it('an error without a hint is one line', () => {
  const terminal = createTerminal();
  expect(tellError(new ContextdError('CLI_USAGE', 'so not'), false, terminal)).toBe(2);
  expect(terminal.written.err).toBe('error CLI_USAGE: so not\n');
});

describe('the help', () => {
  async function help(command: Parameters<typeof runCommand>[0]): Promise<string> {
    const terminal = createTerminal();
    expect(await runCommand(command, ['--help'], terminal)).toBe(0);
    expect(terminal.written.err).toBe('');
    expect(terminal.written.out.split('\n').filter((line) => line.length > 100)).toEqual([]);
    return `\n${terminal.written.out}`;
  }

  it('of create_service', async () => {
    expect(await help(createService as never)).toMatchInlineSnapshot(`
      "
      create_service [options]

      Writes the files of a new task service and puts it into its context.

      Commands:
        create_service completion  Print a script for shell completion

      Where:
        --service_path  Folder that holds services/                                               [string]
        --home_path     Folder that holds conf/ [default: the service path]                       [string]

      The code:
        --task_service  Name of the service: of its folder and its files                          [string]
        --task_class    Name of the task class                                                    [string]
        --task_desc     What the task is for, for people                                          [string]
        --task_type     Looped (until stopped) or Single (once) [default: Looped]                 [string]

      The context file:
        --context_name   Name of the context: the file is conf/Context-NAME.xml                   [string]
        --context_id     Id of the context [default: context001]                                  [string]
        --service_name   Name of the service in its messages                                      [string]
        --server_ip      Address where the services of the context meet                           [string]
        --sub_port       Port of the subscribers                                                  [string]
        --pub_port       Port of the publishers                                                   [string]
        --task_id        Id of the service within its context                                     [string]
        --device_action  Name of the service's action in its messages                             [string]
        --entry_action   When it starts: on_start, start_now, on_update, on_fail, on_exit [default:
                         on_start]                                                                [string]
        --location       Where the provider finds the service [default: services]                 [string]

      Options:
        --dry_run  Show what would change as a diff, write nothing              [boolean] [default: false]
        --force    Overwrite code that was edited                               [boolean] [default: false]
        --debug    Show the stack of an error                                   [boolean] [default: false]
        --help     Show help                                                                     [boolean]

      Examples:
        create_service --service_path=.                     The service of the tutorial, below the current
        --task_service=EchoAction                           folder
        --task_class=EchoShouting --task_desc='Shouts the
        time' --context_name=EchoAction
        --service_name=echo_action --server_ip=127.0.0.1
        --sub_port=5556 --pub_port=5557 --task_id=ts_100
        --device_action=shout
      "
    `);
  });

  it('of service_context', async () => {
    expect(await help(serviceContext as never)).toMatchInlineSnapshot(`
      "
      service_context <file> [options]

      Run the provider of a context: its forwarder, and its services once they are started.

      Commands:
        service_context completion  Print a script for shell completion

      Options:
        --start         Start a transaction right away                          [boolean] [default: false]
        --transaction   Id of that transaction (default: a new one)                               [string]
        --service_root  Folder that services may be loaded from, besides those the file names
                                                                                     [array] [default: []]
        --insecure      Allow binds that other machines can reach, without any protection
                                                                                [boolean] [default: false]
        --log_level     Least level to show  [choices: "debug", "info", "warn", "error"] [default: "info"]
        --json          Print one JSON object per line                          [boolean] [default: false]
        --debug         Show the stack of an error                              [boolean] [default: false]
        --help          Show help                                                                [boolean]

      Examples:
        service_context conf/Context-EchoAction.xml         wait for commands (conf_command)
        service_context conf/Context-EchoAction.xml         start its services at once
        --start
      "
    `);
  });

  it('of conf_command', async () => {
    expect(await help(confCommand as never)).toMatchInlineSnapshot(`
      "
      conf_command [options]

      Start, stop, restart and question the services of a running provider.

      Commands:
        conf_command completion  Print a script for shell completion

      Options:
        --action        What to do; required
                                          [choices: "start", "stop", "restart", "request", "list", "exit"]
        --endpoint      Provider's address for publishers (default: from the file, or found)      [string]
        --sub_endpoint  Provider's address for subscribers (default: likewise)                    [string]
        --context_file  Context file with the services meant                                      [string]
        --service_name  'context', 'all' (with stop) or 'state'              [string] [default: "context"]
        --service_id    Id of the context, or of one service                        [string] [default: ""]
        --task_id       Id of one service of the context                                          [string]
        --transaction   Transaction id; with start, empty makes a new one           [string] [default: ""]
        --use_file      Send the file also with stop and restart                [boolean] [default: false]
        --topic         Topic to send on (default: by action)     [choices: "context", "process", "state"]
        --timeout       Seconds to wait (default: 5 for a provider, 30 for its answer)            [number]
        --json          Print the answer as JSON                                [boolean] [default: false]
        --debug         Show the stack of an error                              [boolean] [default: false]
        --help          Show help                                                                [boolean]

      Examples:
        conf_command                                        start a new transaction
        --context_file=conf/Context-EchoAction.xml
        --action=start --transaction=''
        conf_command --action=list                          what runs, at the one provider on this machine
        conf_command --action=stop --transaction=ID         stop one service
        --task_id=ts_100
      "
    `);
  });

  it('of context_display', async () => {
    expect(await help(contextDisplay as never)).toMatchInlineSnapshot(`
      "
      context_display [options]

      Follow the bus: commands, events and states as they happen.

      Commands:
        context_display completion  Print a script for shell completion

      Options:
        --endpoint      Provider's address for subscribers (default: from the file, or found)     [string]
        --pub_endpoint  Provider's address for publishers (default: likewise)                     [string]
        --context_file  Context file that names the endpoints                                     [string]
        --topic         Topics to follow
                          [array] [choices: "context", "process", "control", "state", "monitor"] [default:
                                                                  ["context","process","control","state"]]
        --transaction   Only this transaction                                                     [string]
        --service_id    Only this service                                                         [string]
        --action        Only these actions                                           [array] [default: []]
        --verbose       Show whole messages                                     [boolean] [default: false]
        --json          Print one JSON object per line                          [boolean] [default: false]
        --debug         Show the stack of an error                              [boolean] [default: false]
        --help          Show help                                                                [boolean]

      Examples:
        context_display                                     everything at the one provider on this machine
        context_display --topic=control                     the events of one service, in full
        --service_id=ts_100 --verbose
      "
    `);
  });
});
