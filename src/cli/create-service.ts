// create_service: writes the files of a new task service and puts it into its context.

import { isAbsolute, relative } from 'node:path';
import type { InferredOptionTypes } from 'yargs';
import { ContextdError, EXIT } from '../base/errors.js';
import { ENTRIES } from '../model/context.js';
import { isWritten, type FileChange } from '../scaffold/change.js';
import { formatDiff } from '../scaffold/diff.js';
import { planScaffold, type ScaffoldPlan } from '../scaffold/plan.js';
import { checkFields, missingFields, readRequest, type Fields } from '../scaffold/read-request.js';
import { readState } from '../scaffold/read-state.js';
import { endpointsOf, TASK_TYPES, type ScaffoldRequest } from '../scaffold/request.js';
import { writePlan } from '../scaffold/write.js';
import { defineCommand } from './command.js';

const text = (describe: string, group: string) =>
  ({ type: 'string', requiresArg: true, describe, group }) as const;
const WHERE = 'Where:';
const CODE = 'The code:';
const XML = 'The context file:';

const options = {
  service_path: text('Folder that holds services/', WHERE),
  home_path: text('Folder that holds conf/ [default: the service path]', WHERE),
  task_service: text('Name of the service: of its folder and its files', CODE),
  task_class: text('Name of the task class', CODE),
  task_desc: text('What the task is for, for people', CODE),
  task_type: text(`${TASK_TYPES.join(' (until stopped) or ')} (once) [default: Looped]`, CODE),
  context_name: text('Name of the context: the file is conf/Context-NAME.xml', XML),
  context_id: text('Id of the context [default: context001]', XML),
  service_name: text('Name of the service in its messages', XML),
  server_ip: text('Address where the services of the context meet', XML),
  sub_port: text('Port of the subscribers', XML),
  pub_port: text('Port of the publishers', XML),
  task_id: text('Id of the service within its context', XML),
  device_action: text("Name of the service's action in its messages", XML),
  entry_action: text(`When it starts: ${ENTRIES.join(', ')} [default: on_start]`, XML),
  location: text('Where the provider finds the service [default: services]', XML),
  dry_run: { type: 'boolean', default: false, describe: 'Show what would change as a diff, write nothing' },
  force: { type: 'boolean', default: false, describe: 'Overwrite code that was edited' },
} as const;
type Args = InferredOptionTypes<typeof options>;

const EXAMPLE = [
  "create_service --service_path=. --task_service=EchoAction --task_class=EchoShouting --task_desc='Shouts the time'",
  '--context_name=EchoAction --service_name=echo_action --server_ip=127.0.0.1 --sub_port=5556 --pub_port=5557',
  '--task_id=ts_100 --device_action=shout',
].join(' ');

export const createService = defineCommand({
  name: 'create_service',
  summary: 'Writes the files of a new task service and puts it into its context.',
  positionals: '',
  options,
  examples: [[EXAMPLE, 'The service of the tutorial, below the current folder']],
  async run(args, terminal) {
    refuseFaults(args);
    const request = readRequest(args, process.cwd());
    const plan = planScaffold(request, await readState(request), args.force);
    if (args.dry_run) {
      terminal.out(formatDryRun(plan));
      return EXIT.done;
    }
    await writePlan(plan);
    terminal.out(formatOutcome(request, plan));
    return EXIT.done;
  },
});

/** One error for all flags that are missing or wrong. */
function refuseFaults(args: Args): void {
  const fields: Fields = args;
  const missing = missingFields(fields).map((field) => `--${field}`);
  const faults = checkFields(fields).map(({ field, message, hint }) => `--${field}: ${message} (${hint})`);
  const lines = [...(missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []), ...faults];
  if (lines.length === 0) return;
  const message = lines.length === 1 ? lines.join('') : ['the flags do not fit:', ...lines].join('\n  ');
  throw new ContextdError('CLI_USAGE', message, {
    hint: "run 'create_service --help' to see what each flag is for",
    details: { missing, faults },
  });
}

function formatOutcome(request: ScaffoldRequest, plan: ScaffoldPlan): string {
  const told = plan.changes.map(formatChange).join('');
  const isQuiet = !plan.changes.some(isWritten);
  return `${told}${isQuiet ? 'Nothing to change.\n' : ''}\n${formatNextSteps(request, plan)}`;
}

function formatDryRun(plan: ScaffoldPlan): string {
  const kept = plan.changes.filter(({ kind }) => kind === 'kept').map(formatChange);
  const diff = formatDiff(plan.changes, shownPath);
  return diff === '' ? `${kept.join('')}Nothing to change.\n` : diff + kept.join('');
}

const OUTCOMES = { create: 'created', update: 'updated', unchanged: 'unchanged', kept: 'kept' } as const;

function formatChange({ kind, path, note }: FileChange): string {
  return `${OUTCOMES[kind]}: ${shownPath(path)}${note === undefined ? '' : ` ${note}`}\n`;
}

function formatNextSteps({ context }: ScaffoldRequest, { contextFile, contextId }: ScaffoldPlan): string {
  const file = shownPath(contextFile);
  const flags = [
    `--endpoint=${quote(endpointsOf(context).pub)}`,
    `--context_file=${quote(file)}`,
    "--service_name='context'",
    `--service_id=${quote(contextId)}`,
    "--transaction=''",
    "--action='start'",
  ];
  const run = `npx service_context ${/^[\w./-]+$/.test(file) ? file : quote(file)}`;
  return `Run the context, and from another terminal start its services:\n  ${run}\n  npx conf_command ${flags.join(' ')}\n`;
}

/** As short as it can be: below the current folder without that folder. */
function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') || isAbsolute(near) ? path : near;
}

/** For a POSIX shell. */
function quote(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
