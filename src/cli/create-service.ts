// create_service: writes the files of new task services and puts them into their context.

import type { InferredOptionTypes } from 'yargs';
import { ContextdError, EXIT } from '../base/errors.js';
import { listProviders } from '../bus/registry.js';
import { ENTRIES } from '../model/context.js';
import { formatFault } from '../xml/fault.js';
import { readMetaContextFile } from '../model/read/meta-context.js';
import { completeFields, findContext, listContextNames } from '../scaffold/known-context.js';
import { requestOf } from '../scaffold/meta-request.js';
import { planScaffold } from '../scaffold/plan.js';
import { checkFields, missingFields, readRequest, type Fields } from '../scaffold/read-request.js';
import { readState } from '../scaffold/read-state.js';
import { endpointsOf, TASK_TYPES, type ScaffoldRequest } from '../scaffold/request.js';
import { writePlan } from '../scaffold/write.js';
import { defineCommand } from './command.js';
import type { Terminal } from './terminal/terminal.js';
import { formatDryRun, formatOutcome } from './show/plan.js';

const text = (describe: string, group: string) =>
  ({ type: 'string', requiresArg: true, describe, group }) as const;
const WHERE = 'Where:';
const CODE = 'The code:';
const XML = 'The context file:';

/** All that says what one service shall be; a meta file says it instead. */
const serviceOptions = {
  service_path: text('Folder that holds services/', WHERE),
  home_path: text('Folder that holds conf/ [default: the service path]', WHERE),
  task_service: text('Name of the service: of its folder and its files', CODE),
  task_file: text('Name of the file with the task class [default: the name of the service]', CODE),
  task_class: text('Name of the task class', CODE),
  task_desc: text('What the task is for, for people', CODE),
  task_type: text(`${TASK_TYPES.join(' (until stopped) or ')} (once) [default: Looped]`, CODE),
  context_name: text('Name of the context: the file is conf/Context-NAME.xml', XML),
  context_id: text('Id of the context [default: from --context_name]', XML),
  service_name: text('Name of the service in its messages', XML),
  server_ip: text('Address where the services of the context meet', XML),
  sub_port: text('Port of the subscribers', XML),
  pub_port: text('Port of the publishers', XML),
  task_id: text('Id of the service within its context', XML),
  device_action: text("Name of the service's action in its messages", XML),
  entry_action: text(`When it starts: ${ENTRIES.join(', ')} [default: on_start]`, XML),
  location: text(
    'Folder of the code: files are written to it, the provider finds them there [default: services]',
    XML,
  ),
} as const;
const options = {
  ...serviceOptions,
  xml_file: text('Meta file that describes several services, instead of all flags above', 'Several at once:'),
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
  summary: 'Writes the files of new task services and puts them into their context.',
  positionals: '',
  options,
  values: {
    entry_action: ENTRIES,
    task_type: TASK_TYPES,
    ...{ service_path: 'files', home_path: 'files', location: 'files', xml_file: 'files' },
  },
  examples: [
    [EXAMPLE, 'The service of the tutorial, below the current folder'],
    [
      'create_service --task_service=Walk',
      'A second service of the only context below conf/, whose file says the rest',
    ],
    [
      'create_service --xml_file=conf/Services-StateMachine.xml',
      'All services of a meta file, and their context',
    ],
  ],
  async run(args, terminal) {
    const request = await readGivenRequest(args, terminal);
    if (request.services.length === 0) return EXIT.done;
    const plan = planScaffold(request, await readState(request), args.force);
    if (args.dry_run) {
      terminal.out(formatDryRun(plan));
      return EXIT.done;
    }
    await writePlan(plan);
    terminal.out(formatOutcome(request, plan, await isRunning(request)));
    return EXIT.done;
  },
});

async function readGivenRequest(args: Args, terminal: Terminal): Promise<ScaffoldRequest> {
  if (args.xml_file === undefined) {
    const fields = await completeFrom(args);
    refuseFaults(fields, await listContextNames(args, process.cwd()));
    return readRequest(fields, process.cwd());
  }
  refuseClash(args);
  const meta = await readMetaContextFile(args.xml_file);
  for (const warning of meta.warnings) terminal.err(`warning: ${formatFault(meta.path, warning)}\n`);
  return requestOf(meta);
}

function refuseClash(args: Args): void {
  const names = Object.keys(serviceOptions) as (keyof typeof serviceOptions)[];
  const clashing = names.filter((name) => args[name] !== undefined).map((name) => `--${name}`);
  if (clashing.length === 0) return;
  const message = `--xml_file describes everything, so it cannot go with ${clashing.join(', ')}`;
  throw new ContextdError('CLI_USAGE', message, {
    hint: `leave them away, and write into ${args.xml_file ?? 'the file'} what they say; only --dry_run and --force may be added`,
    details: { clashing },
  });
}

/** A context that is there says where it is, and so does not need to be told. */
async function completeFrom(args: Args): Promise<Fields> {
  const fields: Fields = pick(args);
  const context = await findContext(fields, process.cwd());
  if (context === undefined) return fields;
  if (fields.task_service !== undefined) return completeFields(fields, context);
  throw new ContextdError('CLI_USAGE', 'missing: --task_service', {
    hint: `it names the service; what else is not said is as in ${context.path}`,
  });
}

function pick(args: Args): Fields {
  const names = Object.keys(serviceOptions) as (keyof typeof serviceOptions)[];
  return Object.fromEntries(names.map((name) => [name, args[name]]));
}

/** Whether a provider of this machine runs it: where it is to be reached, this one is. */
async function isRunning({ context }: ScaffoldRequest): Promise<boolean> {
  const { pub, sub } = endpointsOf(context);
  const providers = await listProviders();
  return providers.some(({ endpoints }) => endpoints.publish === pub && endpoints.subscribe === sub);
}

/** One error for all flags that are missing or wrong. */
function refuseFaults(fields: Fields, contexts: readonly string[]): void {
  const missing = missingFields(fields).map((field) => `--${field}`);
  const faults = checkFields(fields).map(({ field, message, hint }) => `--${field}: ${message} (${hint})`);
  const lines = [...(missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []), ...faults];
  if (lines.length === 0) return;
  const message =
    lines.length === 1 ? lines.join('') : ['some flags are missing or wrong:', ...lines].join('\n  ');
  throw new ContextdError('CLI_USAGE', message, {
    hint:
      missing.includes('--context_name') && contexts.length > 1
        ? `with --context_name=${contexts.join(' or ')} that context file says most of it`
        : "run 'create_service --help' to see what each flag is for",
    details: { missing, faults },
  });
}
