import { describe, expect, it } from 'vitest';
import { createService } from '../../../src/cli/scaffold/create-service.js';
import { init } from '../../../src/cli/scaffold/init.js';
import { helpOf } from '../../helpers/help.js';

describe('the help of', () => {
  it('create_service', async () => {
    expect(await helpOf(createService)).toMatchInlineSnapshot(`
      "
      create_service [options]

      Write the files of new task services and add them to their context.

      Folders:
            --service_path  Folder that contains services/                                        [string]
            --home_path     Folder that contains conf/ [default: --service_path]                  [string]

      Code:
            --task_service  Name of the service, its folder and its files                         [string]
            --task_file     Name of the file with the task class [default: --task_service]        [string]
            --task_class    Name of the task class                                                [string]
            --task_desc     Description of the task                                               [string]
            --task_type     Looped (until stopped) or Single (once) [default: Looped]             [string]

      Context file:
            --context_name   Name of the context; its file is conf/Context-NAME.xml               [string]
            --context_id     Id of the context [default: from --context_name]                     [string]
            --service_name   Name of the service in messages                                      [string]
            --server_ip      Address of the bus of the context                                    [string]
            --sub_port       Port for subscribers                                                 [string]
            --pub_port       Port for publishers                                                  [string]
            --task_id        Id of the service within its context                                 [string]
            --device_action  Name of the service's action in messages                             [string]
            --entry_action   When the service starts: on_start, start_now, on_update, on_fail, on_exit
                             [default: on_start]                                                  [string]
            --location       Folder of the code: files are written there, and the provider loads them from
                             there [default: services]                                            [string]

      Several services:
            --xml_file  Meta file that describes several services; replaces all flags above       [string]

      Options:
            --dry_run  Print the changes as a diff, write nothing               [boolean] [default: false]
            --force    Overwrite edited code                                    [boolean] [default: false]
            --debug    Print the stack trace of an error                        [boolean] [default: false]
        -v, --version  Show version number                                                       [boolean]
        -h, --help     Show help                                                                 [boolean]

      Examples:
        create_service --service_path=.                     The service of the tutorial, in the current
        --task_service=EchoAction                           folder
        --task_class=EchoShouting --task_desc='Shouts the
        time' --context_name=EchoAction
        --service_name=echo_action --server_ip=127.0.0.1
        --sub_port=5556 --pub_port=5557 --task_id=ts_100
        --device_action=shout
        create_service --task_service=Walk                  Another service of the only context in conf/,
                                                            which provides the other values
        create_service                                      All services of a meta file, and their context
        --xml_file=conf/Services-StateMachine.xml

      'create_service completion' prints a completion script for bash, zsh or fish.
      "
    `);
  });

  it('contextd init', async () => {
    expect(await helpOf(init)).toMatchInlineSnapshot(`
      "
      contextd init <name> [options]

      Create the folder NAME: a project with a first service, its test, its context and npm scripts.

      Options:
            --task_service  Name of the first service, its folder and its files [default: Hello]  [string]
            --sub_port      Port for subscribers [default: 5556]                                  [string]
            --pub_port      Port for publishers [default: 5557]                                   [string]
            --contextd      Version range or file that npm installs as contextd [default: this version]
                                                                                                  [string]
            --dry_run       Print the changes as a diff, write nothing          [boolean] [default: false]
            --force         Overwrite edited files                              [boolean] [default: false]
            --debug         Print the stack trace of an error                   [boolean] [default: false]
        -v, --version       Show version number                                                  [boolean]
        -h, --help          Show help                                                            [boolean]

      Examples:
        contextd init weather-app                           Create the folder weather-app
        contextd init .                                     Create the project in the current folder
        contextd init Weather                               Install contextd from a file
        --contextd=contextd-0.1.0.tgz
      "
    `);
  });
});
