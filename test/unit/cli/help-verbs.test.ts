import { describe, expect, it } from 'vitest';
import { attach } from '../../../src/cli/attach.js';
import { check } from '../../../src/cli/check.js';
import { down } from '../../../src/cli/down.js';
import { graph } from '../../../src/cli/graph.js';
import { providerAction } from '../../../src/cli/provider-action.js';
import { ps } from '../../../src/cli/ps.js';
import { status } from '../../../src/cli/status.js';
import { up } from '../../../src/cli/up.js';
import { helpOf } from '../../helpers/help.js';

describe('the help of contextd', () => {
  it('up', async () => {
    expect(await helpOf(up)).toMatchInlineSnapshot(`
      "
      contextd up [file] [options]

      Run the provider of a context and start its services, on this terminal or in the background.

      Options:
        -d, --detach                            Run in the background; return when the services have
                                                started                         [boolean] [default: false]
            --transaction                       Id of the transaction (default: a new one)        [string]
            --detach_on_exit, --detach-on-exit  On Ctrl-C, leave the services running for the next
                                                provider of this context        [boolean] [default: false]
            --service_root                      Additional folder that services may be loaded from
                                                                                     [array] [default: []]
            --insecure                          Allow endpoints that other machines can reach without
                                                <Security>                      [boolean] [default: false]
            --log_level                         Lowest level to print
                                             [choices: "debug", "info", "warn", "error"] [default: "info"]
            --json                              Print JSON: a line per notice, or the result of -d
                                                                                [boolean] [default: false]
            --debug                             Print the stack trace of an error
                                                                                [boolean] [default: false]
        -v, --version                           Show version number                              [boolean]
        -h, --help                              Show help                                        [boolean]

      Examples:
        contextd up                                 Run the only context file of this folder; Ctrl-C stops
                                                    it
        contextd up -d                              Run it in the background; 'contextd down' stops it
        contextd up conf/Context-EchoAction.xml -d  Run this context in the background
      "
    `);
  });

  it('down', async () => {
    expect(await helpOf(down)).toMatchInlineSnapshot(`
      "
      contextd down [options]

      Stop all services and their provider, and wait until it has ended.

      Options:
            --endpoint      Provider's address for publishers (default: from the context file, or
                            detected)                                                             [string]
            --sub_endpoint  Provider's address for subscribers (default: from the context file, or
                            detected)                                                             [string]
            --context_file  Context file that defines the services                                [string]
            --key           Your secret key file, for a secured provider (default: $CONTEXTD_KEY) [string]
            --server_key    Provider's public key or its file (default: from the context file, or
                            detected)                                                             [string]
            --timeout       Seconds to wait (default: 5 for a provider, 30 for its answer)        [number]
            --json          Print the answer as JSON                            [boolean] [default: false]
            --debug         Print the stack trace of an error                   [boolean] [default: false]
        -v, --version       Show version number                                                  [boolean]
        -h, --help          Show help                                                            [boolean]

      Examples:
        contextd down                                       End the provider of this folder
        contextd down                                       End the provider of this file
        --context_file=conf/Context-EchoAction.xml
      "
    `);
  });

  it('ps', async () => {
    expect(await helpOf(ps)).toMatchInlineSnapshot(`
      "
      contextd ps [services..] [options]

      Print the services of a context: state, process id, uptime, restarts, and why one has failed.

      Options:
            --endpoint      Provider's address for publishers (default: from the context file, or
                            detected)                                                             [string]
            --sub_endpoint  Provider's address for subscribers (default: from the context file, or
                            detected)                                                             [string]
            --context_file  Context file that defines the services                                [string]
            --key           Your secret key file, for a secured provider (default: $CONTEXTD_KEY) [string]
            --server_key    Provider's public key or its file (default: from the context file, or
                            detected)                                                             [string]
            --timeout       Seconds to wait (default: 5 for a provider, 30 for its answer)        [number]
            --json          Print the answer as JSON                            [boolean] [default: false]
            --debug         Print the stack trace of an error                   [boolean] [default: false]
        -v, --version       Show version number                                                  [boolean]
        -h, --help          Show help                                                            [boolean]

      Examples:
        contextd ps                Print all services
        contextd ps worker mailer  Print two services
        contextd ps --json         Print them as JSON
      "
    `);
  });

  it('status', async () => {
    expect(await helpOf(status)).toMatchInlineSnapshot(`
      "
      contextd status [options]

      Say whether all is well. Exit code 0: all services are; 1: one has failed, waits for a restart or is
      not ready, or nothing was started; 3: no provider runs.

      Options:
            --endpoint      Provider's address for publishers (default: from the context file, or
                            detected)                                                             [string]
            --sub_endpoint  Provider's address for subscribers (default: from the context file, or
                            detected)                                                             [string]
            --context_file  Context file that defines the services                                [string]
            --key           Your secret key file, for a secured provider (default: $CONTEXTD_KEY) [string]
            --server_key    Provider's public key or its file (default: from the context file, or
                            detected)                                                             [string]
            --timeout       Seconds to wait (default: 5 for a provider, 30 for its answer)        [number]
            --json          Print the answer as JSON                            [boolean] [default: false]
            --debug         Print the stack trace of an error                   [boolean] [default: false]
        -v, --version       Show version number                                                  [boolean]
        -h, --help          Show help                                                            [boolean]

      Examples:
        contextd status                                Print the state of the context of this folder
        contextd status > /dev/null || contextd up -d  Start the context if it is not well
        contextd status --json                         Print it as JSON
      "
    `);
  });

  it('attach', async () => {
    expect(await helpOf(attach)).toMatchInlineSnapshot(`
      "
      contextd attach [options]

      Show the console of a provider in the background. Ctrl-C ends only the display.

      Options:
            --lines         How many of the last lines to print first               [number] [default: 20]
            --endpoint      Provider's address for publishers (default: from the context file, or
                            detected)                                                             [string]
            --context_file  Context file that defines the services                                [string]
            --json          Print one JSON object per line                      [boolean] [default: false]
            --debug         Print the stack trace of an error                   [boolean] [default: false]
        -v, --version       Show version number                                                  [boolean]
        -h, --help          Show help                                                            [boolean]

      Examples:
        contextd attach              Show what the provider of this folder prints
        contextd attach --lines=200  Begin with its last 200 lines
      "
    `);
  });

  it('check', async () => {
    expect(await helpOf(check)).toMatchInlineSnapshot(`
      "
      contextd check [file] [options]

      Read a context file and print its faults and warnings, also about missing code and programs.

      Options:
            --service_root  Additional folder that services may be loaded from       [array] [default: []]
            --json          Print the result as JSON                            [boolean] [default: false]
            --debug         Print the stack trace of an error                   [boolean] [default: false]
        -v, --version       Show version number                                                  [boolean]
        -h, --help          Show help                                                            [boolean]

      Examples:
        contextd check                                     Check the only context file of this folder
        contextd check conf/Context-EchoAction.xml --json  Print the result as JSON
      "
    `);
  });

  it('graph', async () => {
    expect(await helpOf(graph)).toMatchInlineSnapshot(`
      "
      contextd graph [file] [options]

      Print the transitions of a context file as a graph.

      Options:
            --format   Language of the graph              [choices: "mermaid", "dot"] [default: "mermaid"]
            --json     Print nodes and edges as JSON                            [boolean] [default: false]
            --debug    Print the stack trace of an error                        [boolean] [default: false]
        -v, --version  Show version number                                                       [boolean]
        -h, --help     Show help                                                                 [boolean]

      Examples:
        contextd graph                                      Print the graph of the only context file of
                                                            this folder
        contextd graph conf/Context-EchoAction.xml          Print the graph for Graphviz
        --format=dot
      "
    `);
  });

  it('restart', async () => {
    expect(await helpOf(providerAction('restart'))).toMatchInlineSnapshot(`
      "
      contextd restart [services..] [options]

      Restart the services that are named, or all that run, with their current code.

      Options:
            --use_file      Also send the context file                          [boolean] [default: false]
            --transaction   Transaction id (default: the running one, or the only one); with start, ''
                            creates a new one                                                     [string]
            --endpoint      Provider's address for publishers (default: from the context file, or
                            detected)                                                             [string]
            --sub_endpoint  Provider's address for subscribers (default: from the context file, or
                            detected)                                                             [string]
            --context_file  Context file that defines the services                                [string]
            --key           Your secret key file, for a secured provider (default: $CONTEXTD_KEY) [string]
            --server_key    Provider's public key or its file (default: from the context file, or
                            detected)                                                             [string]
            --timeout       Seconds to wait (default: 5 for a provider, 30 for its answer)        [number]
            --json          Print the answer as JSON                            [boolean] [default: false]
            --debug         Print the stack trace of an error                   [boolean] [default: false]
        -v, --version       Show version number                                                  [boolean]
        -h, --help          Show help                                                            [boolean]

      Examples:
        contextd restart                Restart all services
        contextd restart worker mailer  Restart two services
      "
    `);
  });

  it('logs', async () => {
    expect(await helpOf(providerAction('logs'))).toMatchInlineSnapshot(`
      "
      contextd logs [services..] [options]

      Print the logs of the services that are named, or of all.

      Options:
            --lines         How many of the last lines or records (default: 50; of logs --since all)
                                                                                                  [number]
        -f, --follow        Print new lines until Ctrl-C                        [boolean] [default: false]
            --since         How far back, such as 90s, 10m or 2h                                  [string]
            --grep          Only lines that match this regular expression                         [string]
            --raw           Print control characters unescaped                  [boolean] [default: false]
            --transaction   Transaction id (default: the running one, or the only one); with start, ''
                            creates a new one                                                     [string]
            --endpoint      Provider's address for publishers (default: from the context file, or
                            detected)                                                             [string]
            --sub_endpoint  Provider's address for subscribers (default: from the context file, or
                            detected)                                                             [string]
            --context_file  Context file that defines the services                                [string]
            --key           Your secret key file, for a secured provider (default: $CONTEXTD_KEY) [string]
            --server_key    Provider's public key or its file (default: from the context file, or
                            detected)                                                             [string]
            --timeout       Seconds to wait (default: 5 for a provider, 30 for its answer)        [number]
            --json          Print the answer as JSON                            [boolean] [default: false]
            --debug         Print the stack trace of an error                   [boolean] [default: false]
        -v, --version       Show version number                                                  [boolean]
        -h, --help          Show help                                                            [boolean]

      Examples:
        contextd logs -f                               Print the last lines of all services and follow
                                                       them
        contextd logs worker --lines=200               Print the last 200 lines of one service
        contextd logs --since=10m --grep='error|warn'  Print matching lines of the last ten minutes
      "
    `);
  });
});
