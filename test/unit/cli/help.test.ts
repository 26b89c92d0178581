import { describe, expect, it } from 'vitest';
import { confCommand } from '../../../src/cli/conf-command.js';
import { contextDisplay } from '../../../src/cli/context-display.js';
import { keys } from '../../../src/cli/keys.js';
import { serviceContext } from '../../../src/cli/service-context.js';
import { helpOf } from '../../helpers/help.js';

describe('the help of', () => {
  it('service_context', async () => {
    expect(await helpOf(serviceContext)).toMatchInlineSnapshot(`
      "
      service_context <file> [options]

      Run the provider of a context: its forwarder, and its services once they are started.

      Options:
            --start                             Start a transaction immediately [boolean] [default: false]
            --transaction                       With --start: id of the transaction (default: a new one)
                                                                                                  [string]
            --detach_on_exit, --detach-on-exit  On Ctrl-C, leave the services running for the next
                                                provider of this context        [boolean] [default: false]
            --service_root                      Additional folder that services may be loaded from
                                                                                     [array] [default: []]
            --check                             Only check the file and print its errors and warnings
                                                                                [boolean] [default: false]
            --graph                             Only print the transition graph: 'mermaid' (default) or
                                                'dot'                                             [string]
            --insecure                          Allow endpoints that other machines can reach without
                                                <Security>                      [boolean] [default: false]
            --log_level                         Lowest level to print
                                             [choices: "debug", "info", "warn", "error"] [default: "info"]
            --console_log                       Write the console to this file, which is rotated, instead
                                                of the terminal                                   [string]
            --json                              Print one JSON object per line  [boolean] [default: false]
            --debug                             Print the stack trace of an error
                                                                                [boolean] [default: false]
        -v, --version                           Show version number                              [boolean]
        -h, --help                              Show help                                        [boolean]

      Examples:
        service_context conf/Context-EchoAction.xml         Wait for commands from conf_command
        service_context conf/Context-EchoAction.xml         Start the services immediately
        --start
        service_context conf/Context-EchoAction.xml         Print the transition graph for Graphviz
        --graph=dot

      'service_context completion' prints a completion script for bash, zsh or fish.
      "
    `);
  });

  it('conf_command', async () => {
    expect(await helpOf(confCommand)).toMatchInlineSnapshot(`
      "
      conf_command [options]

      Control and inspect the services of a running provider.

      Options:
            --action            What to do (required)
          [choices: "start", "stop", "restart", "reload", "forget", "validate", "list", "exit", "request",
                                                               "why", "history", "logs", "top", "figures"]
            --endpoint          Provider's address for publishers (default: from the context file, or
                                detected)                                                         [string]
            --sub_endpoint      Provider's address for subscribers (default: from the context file, or
                                detected)                                                         [string]
            --context_file      Context file that defines the services                            [string]
            --service_name      'context', 'all' (with stop) or 'state'      [string] [default: "context"]
            --service_id        Id of the context, or of one service                [string] [default: ""]
            --task_id           Id of one service of the context, or 'all'                        [string]
            --transaction       Transaction id (default: the running one, or the only one); with start, ''
                                creates a new one                                                 [string]
            --dry_run           With reload: only print the changes             [boolean] [default: false]
            --lines             With logs, history and why: how many of the last lines or records
                                (default: 50; of logs --since all)                                [number]
            --metric            With history: draw a chart of this metric of --task_id, as sampled by the
                                Monitor
                  [choices: "rss", "vms", "cpu", "threads", "fds", "children", "event_loop_lag_ms", "pss"]
            --since             With logs and --metric: how far back, such as 90s, 10m or 2h      [string]
            --grep              With logs: only lines that match this regular expression          [string]
        -f, --follow            With logs: print new lines until Ctrl-C         [boolean] [default: false]
            --raw               With logs: print control characters unescaped   [boolean] [default: false]
            --open_connections  With top: list open connections                 [boolean] [default: false]
            --opened_files      With top: list opened files                     [boolean] [default: false]
            --memory_maps       With top: list memory maps                      [boolean] [default: false]
            --watch             With top: live view until q; with --json one line per sample     [boolean]
            --interval          With --watch: seconds between samples                [number] [default: 1]
            --use_service       With top: start the Monitor service, which keeps publishing the values
                                                                                [boolean] [default: false]
            --service_type      With --use_service: type of socket       [choices: "pub"] [default: "pub"]
            --service_freq      With --use_service: seconds between samples          [number] [default: 1]
            --service_endpoint  With --use_service: address to publish at, such as tcp://127.0.0.1:6789
                                                                                                  [string]
            --use_file          With stop and restart: also send the context file
                                                                                [boolean] [default: false]
            --topic             Topic to send on (default: by action); 'process' sends directly to one
                                service, as the original clients do
                                                                  [choices: "context", "process", "state"]
            --key               Your secret key file, for a secured provider (default: $CONTEXTD_KEY)
                                                                                                  [string]
            --server_key        Provider's public key or its file (default: from the context file, or
                                detected)                                                         [string]
            --timeout           Seconds to wait (default: 5 for a provider, 30 for its answer)    [number]
            --json              Print the answer as JSON                        [boolean] [default: false]
            --debug             Print the stack trace of an error               [boolean] [default: false]
        -v, --version           Show version number                                              [boolean]
        -h, --help              Show help                                                        [boolean]

      Examples:
        conf_command                                        Start a new transaction
        --context_file=conf/Context-EchoAction.xml
        --action=start --transaction=''
        conf_command --action=list                          List the services of the only provider on this
                                                            machine
        conf_command --action=stop --task_id=ts_100         Stop one service
        conf_command --action=reload                        Print what an edited file would change
        --context_file=conf/Context-EchoAction.xml
        --dry_run
        conf_command --action=why --task_id=ts_100          Print the chain of causes of its state
        conf_command --action=top                           Print CPU and memory of the services
        conf_command --action=top --watch                   Show them as a live view; ? lists its keys
        conf_command --action=history --metric=rss          Draw a chart of its memory
        --task_id=ts_100
        conf_command --action=logs --task_id=ts_100         Print its log and follow it
        --follow

      'conf_command completion' prints a completion script for bash, zsh or fish.
      "
    `);
  });

  it('keys', async () => {
    expect(await helpOf(keys)).toMatchInlineSnapshot(`
      "
      contextd keys <new|show> <name> [options]

      Create and show key pairs of secured providers and their clients.

      Options:
            --folder   Folder of the files NAME.key and NAME.key_secret         [string] [default: "keys"]
            --role     Role in the printed <Client> line for the context file
                                                [choices: "read", "operate", "admin"] [default: "operate"]
            --json     Print name, public key and file paths as JSON            [boolean] [default: false]
            --debug    Print the stack trace of an error                        [boolean] [default: false]
        -v, --version  Show version number                                                       [boolean]
        -h, --help     Show help                                                                 [boolean]

      Examples:
        contextd keys new provider            Write keys/provider.key and keys/provider.key_secret
        contextd keys show anna --role=admin  Print the <Client> line that gives anna access
      "
    `);
  });

  it('context_display', async () => {
    expect(await helpOf(contextDisplay)).toMatchInlineSnapshot(`
      "
      context_display [options]

      Print the messages of the bus as they happen: commands, events and states.

      Options:
            --endpoint      Provider's address for subscribers; with --topic=monitor the Monitor's
                            (default: detected)                                                   [string]
            --pub_endpoint  Provider's address for publishers (default: detected)                 [string]
            --context_file  Context file to read the addresses from                               [string]
            --topic         Topics to follow
                          [array] [choices: "context", "process", "control", "state", "monitor"] [default:
                                                                  ["context","process","control","state"]]
            --transaction   Only messages of this transaction                                     [string]
            --service_id    Only messages of this service                                         [string]
            --action        Only messages with these actions                         [array] [default: []]
            --key           Your secret key file, for a secured provider (default: $CONTEXTD_KEY) [string]
            --server_key    Provider's public key or its file (default: from the context file, or
                            detected)                                                             [string]
            --verbose       Print whole messages                                [boolean] [default: false]
            --json          Print one JSON object per line                      [boolean] [default: false]
            --debug         Print the stack trace of an error                   [boolean] [default: false]
        -v, --version       Show version number                                                  [boolean]
        -h, --help          Show help                                                            [boolean]

      Examples:
        context_display                                     All messages of the only provider on this
                                                            machine
        context_display --topic=monitor                     CPU and memory of the services, as their
                                                            Monitor publishes them
        context_display --topic=control                     The events of one service, in full
        --service_id=ts_100 --verbose

      'context_display completion' prints a completion script for bash, zsh or fish.
      "
    `);
  });
});
