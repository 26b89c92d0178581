import { describe, expect, it } from 'vitest';
import { confCommand } from '../../../src/cli/conf-command.js';
import { contextDisplay } from '../../../src/cli/context-display.js';
import { createService } from '../../../src/cli/create-service.js';
import { init } from '../../../src/cli/init.js';
import { keys } from '../../../src/cli/keys.js';
import { runCommand } from '../../../src/cli/run.js';
import { serviceContext } from '../../../src/cli/service-context.js';
import { createTerminal } from '../../helpers/terminal.js';

describe('the help', () => {
  async function help(command: Parameters<typeof runCommand>[0]): Promise<string> {
    const terminal = createTerminal();
    expect([await runCommand(command, ['--help'], terminal), terminal.written.err]).toEqual([0, '']);
    expect(terminal.written.out.split('\n').filter((line) => line.length > 100)).toEqual([]);
    return `\n${terminal.written.out}`;
  }

  it('of create_service', async () => {
    expect(await help(createService as never)).toMatchInlineSnapshot(`
      "
      create_service [options]

      Writes the files of new task services and puts them into their context.

      Where:
            --service_path  Folder that holds services/                                           [string]
            --home_path     Folder that holds conf/ [default: the service path]                   [string]

      The code:
            --task_service  Name of the service: of its folder and its files                      [string]
            --task_file     Name of the file with the task class [default: the name of the service]
                                                                                                  [string]
            --task_class    Name of the task class                                                [string]
            --task_desc     What the task is for, for people                                      [string]
            --task_type     Looped (until stopped) or Single (once) [default: Looped]             [string]

      The context file:
            --context_name   Name of the context: the file is conf/Context-NAME.xml               [string]
            --context_id     Id of the context [default: from --context_name]                     [string]
            --service_name   Name of the service in its messages                                  [string]
            --server_ip      Address where the services of the context meet                       [string]
            --sub_port       Port of the subscribers                                              [string]
            --pub_port       Port of the publishers                                               [string]
            --task_id        Id of the service within its context                                 [string]
            --device_action  Name of the service's action in its messages                         [string]
            --entry_action   When it starts: on_start, start_now, on_update, on_fail, on_exit [default:
                             on_start]                                                            [string]
            --location       Folder of the code: files are written to it, the provider finds them there
                             [default: services]                                                  [string]

      Several at once:
            --xml_file  Meta file that describes several services, instead of all flags above     [string]

      Options:
            --dry_run  Show what would change as a diff, write nothing          [boolean] [default: false]
            --force    Overwrite code that was edited                           [boolean] [default: false]
            --debug    Show the stack of an error                               [boolean] [default: false]
        -v, --version  Show version number                                                       [boolean]
        -h, --help     Show help                                                                 [boolean]

      Examples:
        create_service --service_path=.                     The service of the tutorial, below the current
        --task_service=EchoAction                           folder
        --task_class=EchoShouting --task_desc='Shouts the
        time' --context_name=EchoAction
        --service_name=echo_action --server_ip=127.0.0.1
        --sub_port=5556 --pub_port=5557 --task_id=ts_100
        --device_action=shout
        create_service --task_service=Walk                  A second service of the only context below
                                                            conf/, whose file says the rest
        create_service                                      All services of a meta file, and their context
        --xml_file=conf/Services-StateMachine.xml

      'create_service completion' prints a script for the completion of bash, zsh and fish.
      "
    `);
  });

  it('of service_context', async () => {
    expect(await help(serviceContext as never)).toMatchInlineSnapshot(`
      "
      service_context <file> [options]

      Run the provider of a context: its forwarder, and its services once they are started.

      Options:
            --start                             Start a transaction right away  [boolean] [default: false]
            --transaction                       Id of that transaction (default: a new one)       [string]
            --detach_on_exit, --detach-on-exit  On Ctrl-C leave the services running, for the next
                                                provider of this context        [boolean] [default: false]
            --service_root                      Folder that services may be loaded from, besides those the
                                                file names                           [array] [default: []]
            --check                             Only check the file: faults and warnings
                                                                                [boolean] [default: false]
            --graph                             Only print the transition graph: 'mermaid' (default) or
                                                'dot'                                             [string]
            --insecure                          Allow binds that other machines can reach, without any
                                                protection                      [boolean] [default: false]
            --log_level                         Least level to show
                                             [choices: "debug", "info", "warn", "error"] [default: "info"]
            --json                              Print one JSON object per line  [boolean] [default: false]
            --debug                             Show the stack of an error      [boolean] [default: false]
        -v, --version                           Show version number                              [boolean]
        -h, --help                              Show help                                        [boolean]

      Examples:
        service_context conf/Context-EchoAction.xml         wait for commands (conf_command)
        service_context conf/Context-EchoAction.xml         start its services at once
        --start
        service_context conf/Context-EchoAction.xml         draw its transitions for graphviz
        --graph=dot

      'service_context completion' prints a script for the completion of bash, zsh and fish.
      "
    `);
  });

  it('of conf_command', async () => {
    expect(await help(confCommand as never)).toMatchInlineSnapshot(`
      "
      conf_command [options]

      Start, stop, restart and question the services of a running provider.

      Options:
            --action            What to do; required
          [choices: "start", "stop", "restart", "reload", "forget", "validate", "list", "exit", "request",
                                                               "why", "history", "logs", "top", "figures"]
            --endpoint          Provider's address for publishers (default: from the file, or found)
                                                                                                  [string]
            --sub_endpoint      Provider's address for subscribers (default: likewise)            [string]
            --context_file      Context file with the services meant                              [string]
            --service_name      'context', 'all' (with stop) or 'state'      [string] [default: "context"]
            --service_id        Id of the context, or of one service                [string] [default: ""]
            --task_id           Id of one service of the context; all: every one of them          [string]
            --transaction       Transaction id (default: the one that runs, or the only one); with start,
                                '' makes a new one                                                [string]
            --dry_run           With reload: only print what would change       [boolean] [default: false]
            --lines             With logs and history: how many of the last         [number] [default: 50]
            --metric            With history: draw what the Monitor has sampled of --task_id
                  [choices: "rss", "vms", "cpu", "threads", "fds", "children", "event_loop_lag_ms", "pss"]
            --since             With metric: how far back, such as 90s, 10m or 2h                 [string]
            --follow            With logs: go on until Ctrl-C                   [boolean] [default: false]
            --raw               With logs: print control characters as they are [boolean] [default: false]
            --open_connections  With top: list the open connections             [boolean] [default: false]
            --opened_files      With top: list the opened files                 [boolean] [default: false]
            --memory_maps       With top: list what is mapped into memory       [boolean] [default: false]
            --watch             With top: a live view of them all, until q; with --json a line per sample
                                                                                [boolean] [default: false]
            --interval          With watch: every so many seconds                    [number] [default: 1]
            --use_service       With top: publish the figures from now on, by the Monitor service
                                                                                [boolean] [default: false]
            --service_type      With use_service: how                    [choices: "pub"] [default: "pub"]
            --service_freq      With use_service: every so many seconds              [number] [default: 1]
            --service_endpoint  With use_service: where, such as tcp://127.0.0.1:6789             [string]
            --use_file          Send the file also with stop and restart        [boolean] [default: false]
            --topic             Topic to send on: by action; 'process' as the original's clients do, to
                                one service                       [choices: "context", "process", "state"]
            --key               Your secret key file, for a secured provider (default: $CONTEXTD_KEY)
                                                                                                  [string]
            --server_key        Its public key, or the file of it (default: from the context file, or
                                found)                                                            [string]
            --timeout           Seconds to wait (default: 5 for a provider, 30 for its answer)    [number]
            --json              Print the answer as JSON                        [boolean] [default: false]
            --debug             Show the stack of an error                      [boolean] [default: false]
        -v, --version           Show version number                                              [boolean]
        -h, --help              Show help                                                        [boolean]

      Examples:
        conf_command                                        start a new transaction
        --context_file=conf/Context-EchoAction.xml
        --action=start --transaction=''
        conf_command --action=list                          what runs, at the one provider on this machine
        conf_command --action=stop --task_id=ts_100         stop one service
        conf_command --action=reload                        what an edited file would change
        --context_file=conf/Context-EchoAction.xml
        --dry_run
        conf_command --action=why --task_id=ts_100          the chain of causes that led to its state
        conf_command --action=top                           what its services cost
        conf_command --action=top --watch                   the same as a live view; ? shows its keys
        conf_command --action=history --metric=rss          a chart of what it has cost, by its Monitor
        --task_id=ts_100
        conf_command --action=logs --task_id=ts_100         its log, as it is written
        --follow

      'conf_command completion' prints a script for the completion of bash, zsh and fish.
      "
    `);
  });

  it('of contextd init', async () => {
    expect(await help(init as never)).toMatchInlineSnapshot(`
      "
      contextd init <name> [options]

      Makes the folder NAME: a project with a first service, its test, its context and npm scripts.

      Options:
            --task_service  Name of the first service: of its folder and its files [default: Hello]
                                                                                                  [string]
            --sub_port      Port of the subscribers [default: 5556]                               [string]
            --pub_port      Port of the publishers [default: 5557]                                [string]
            --contextd      What npm installs as contextd: a range, or a file [default: this version]
                                                                                                  [string]
            --dry_run       Show what would change as a diff, write nothing     [boolean] [default: false]
            --force         Overwrite what was edited                           [boolean] [default: false]
            --debug         Show the stack of an error                          [boolean] [default: false]
        -v, --version       Show version number                                                  [boolean]
        -h, --help          Show help                                                            [boolean]

      Examples:
        contextd init weather-app                           The folder weather-app, ready after npm
                                                            install
        contextd init .                                     The same in the current folder
        contextd init Weather                               The same, with contextd from a file
        --contextd=contextd-0.1.0.tgz
      "
    `);
  });

  it('of keys', async () => {
    expect(await help(keys as never)).toMatchInlineSnapshot(`
      "
      contextd keys <verb> <name> [options]

      Make and show the keys of secured providers and of their clients.

      Options:
            --folder   Folder of the two files NAME.key and NAME.key_secret     [string] [default: "keys"]
            --role     What to write into the line for the context file
                                                [choices: "read", "operate", "admin"] [default: "operate"]
            --json     Print name, public key and files as JSON                 [boolean] [default: false]
            --debug    Show the stack of an error                               [boolean] [default: false]
        -v, --version  Show version number                                                       [boolean]
        -h, --help     Show help                                                                 [boolean]

      Examples:
        contextd keys new provider            write keys/provider.key and keys/provider.key_secret
        contextd keys show anna --role=admin  the line that lets anna in
      "
    `);
  });

  it('of context_display', async () => {
    expect(await help(contextDisplay as never)).toMatchInlineSnapshot(`
      "
      context_display [options]

      Follow the bus: commands, events and states as they happen.

      Options:
            --endpoint      Provider's address for subscribers, with topic monitor the Monitor's (default:
                            found)                                                                [string]
            --pub_endpoint  Provider's address for publishers (default: likewise)                 [string]
            --context_file  Context file that names the endpoints                                 [string]
            --topic         Topics to follow
                          [array] [choices: "context", "process", "control", "state", "monitor"] [default:
                                                                  ["context","process","control","state"]]
            --transaction   Only this transaction                                                 [string]
            --service_id    Only this service                                                     [string]
            --action        Only these actions                                       [array] [default: []]
            --key           Your secret key file, for a secured provider (default: $CONTEXTD_KEY) [string]
            --server_key    Its public key, or the file of it (default: from the context file, or found)
                                                                                                  [string]
            --verbose       Show whole messages                                 [boolean] [default: false]
            --json          Print one JSON object per line                      [boolean] [default: false]
            --debug         Show the stack of an error                          [boolean] [default: false]
        -v, --version       Show version number                                                  [boolean]
        -h, --help          Show help                                                            [boolean]

      Examples:
        context_display                                     everything at the one provider on this machine
        context_display --topic=monitor                     what the services cost, as their Monitor
                                                            publishes it
        context_display --topic=control                     the events of one service, in full
        --service_id=ts_100 --verbose

      'context_display completion' prints a script for the completion of bash, zsh and fish.
      "
    `);
  });
});
