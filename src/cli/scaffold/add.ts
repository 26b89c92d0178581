// contextd add: adds a service to the context of this folder, with its code if it has no program, and applies it.

import { once } from 'node:events';
import { createServer } from 'node:net';
import type { InferredOptionTypes } from 'yargs';
import { parse } from 'shell-quote';
import { EXIT } from '../../base/errors.js';
import { RESTART_POLICIES } from '../../model/supervision.js';
import { readAddRequest } from '../../scaffold/add-request.js';
import { planScaffold } from '../../scaffold/plan.js';
import { readState } from '../../scaffold/read-state.js';
import { writePlan } from '../../scaffold/write.js';
import { defineCommand } from '../arguments/command.js';
import { usageError } from '../arguments/usage-errors.js';
import { formatChanges, formatDryRun } from '../show/plan.js';
import { applyToProvider, RELOAD_OPTIONS } from './apply.js';

const FIRST_PORT = 5556;
const LAST_PORT = 5755;

const options = {
  command: {
    type: 'string',
    requiresArg: true,
    describe: 'The program and its arguments, quoted as for a shell; none: a service in TypeScript',
  },
  restart: {
    choices: RESTART_POLICIES,
    default: 'on-failure' as const,
    describe: 'When the service is started again after it has ended',
  },
  context_name: { type: 'string', requiresArg: true, describe: 'The context, if the folder has several' },
  dry_run: { type: 'boolean', default: false, describe: 'Print the changes as a diff, write nothing' },
  ...RELOAD_OPTIONS,
} as const;
type Args = InferredOptionTypes<typeof options> & { readonly _?: readonly (string | number)[] };

export const add = defineCommand({
  name: 'contextd add',
  summary: 'Add a service to the context of this folder, and to its provider if it runs.',
  positionals: '<name>',
  options,
  values: {},
  examples: [
    ["$0 worker --command 'python3 -u worker.py'", 'Run a script as the service worker'],
    ["$0 web --command 'node server.js' --restart always", 'Also restart it when it exits with code 0'],
    ['$0 collector', 'Write the code of a service in TypeScript'],
  ],
  async run(args: Args, terminal) {
    const name = nameOf('contextd add', args);
    const fields = {
      name,
      program: args.command === undefined ? undefined : splitCommand(args.command),
      restart: args.restart,
      contextName: args.context_name,
    };
    const { request, faults } = await readAddRequest(process.cwd(), fields, findFreePorts);
    const [fault] = faults;
    if (fault !== undefined) throw usageError(`${JSON.stringify(name)}: ${fault.message}`, fault.hint);
    const plan = planScaffold(request, await readState(request));
    if (args.dry_run) {
      terminal.out(formatDryRun(plan));
      return EXIT.done;
    }
    await writePlan(plan);
    terminal.out(formatChanges(plan));
    const otherwise = "'contextd up -d' runs the context in the background\n";
    return await applyToProvider(plan.contextFile, args, { terminal, otherwise });
  },
});

export function nameOf(
  command: string,
  { _: names = [] }: { readonly _?: readonly (string | number)[] },
): string {
  const [name, ...more] = names.map(String);
  if (name !== undefined && more.length === 0) return name;
  throw usageError(
    name === undefined
      ? 'no name is given'
      : `more than one name is given: ${[name, ...more].map((each) => JSON.stringify(each)).join(', ')}`,
    `such as '${command} worker'; quote the words of --command`,
  );
}

/** Splits like a POSIX shell, which does not run: operators, patterns and variables are refused. */
function splitCommand(command: string): readonly [string, ...string[]] {
  const viaShell = 'to use a shell, write --command "sh -c \'...\'"';
  const parts = parse(command, (variable) => ({ op: `$${variable}` }));
  const words = parts.map((part) => {
    if (typeof part === 'string') return part;
    const what = 'comment' in part ? '#' : 'pattern' in part ? part.pattern : part.op;
    throw usageError(`--command: only a shell knows what "${what}" means`, viaShell);
  });
  const [program, ...rest] = words;
  if (program === undefined || program === '') {
    throw usageError('--command has no program', "such as --command 'python3 -u worker.py'");
  }
  return [program, ...rest];
}

/** Two ports on which nothing listens: contexts of several folders can run side by side. */
async function findFreePorts(): Promise<readonly [string, string]> {
  for (let port = FIRST_PORT; port < LAST_PORT; port += 2) {
    if ((await isFree(port)) && (await isFree(port + 1))) return [String(port), String(port + 1)];
  }
  throw usageError(
    `no two ports between ${FIRST_PORT} and ${LAST_PORT} are free`,
    'create the context with create_service, which has --sub_port and --pub_port',
  );
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
