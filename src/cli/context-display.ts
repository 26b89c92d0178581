// context_display: follows the bus and shows each message as it comes.

import { ContextdError, EXIT } from '../base/errors.js';
import { findMonitor } from '../client/find-monitor.js';
import { findProvider } from '../client/find-provider.js';
import { follow, followMonitor, type Follower, type BusEvent } from '../client/follow.js';
import type { ContextConfiguration } from '../model/context.js';
import { readContextFile } from '../model/read/read-context.js';
import { TOPICS, type Topic } from '../messages/topics.js';
import { defineCommand } from './command.js';
import type { Terminal } from './terminal/terminal.js';
import { offerServiceIds } from './completion.js';
import { refuseIgnored, type FlagRule } from './flag-rules.js';
import { checkShownActions, listServices, SHOWN_ACTIONS, unknownService } from './display-filters.js';
import { IDENTITY_OPTIONS, IDENTITY_VALUES, readIdentity, type IdentityArguments } from './identity.js';
import { createPaint } from './terminal/paint.js';
import { describeBusEvent, isAbout, splitBusEvent } from './show/message.js';

export const contextDisplay = defineCommand({
  name: 'context_display',
  summary: 'Follow the bus: commands, events and states as they happen.',
  positionals: '',
  values: { context_file: 'files', action: SHOWN_ACTIONS, service_id: offerServiceIds, ...IDENTITY_VALUES },
  options: {
    endpoint: {
      type: 'string',
      describe: "Provider's address for subscribers, with topic monitor the Monitor's (default: found)",
    },
    pub_endpoint: { type: 'string', describe: "Provider's address for publishers (default: likewise)" },
    context_file: { type: 'string', describe: 'Context file that names the endpoints' },
    topic: {
      choices: TOPICS,
      array: true,
      default: ['context', 'process', 'control', 'state'] as Topic[],
      describe: 'Topics to follow',
    },
    transaction: { type: 'string', describe: 'Only this transaction' },
    service_id: { type: 'string', describe: 'Only this service' },
    action: { type: 'string', array: true, default: [] as string[], describe: 'Only these actions' },
    ...IDENTITY_OPTIONS,
    verbose: { type: 'boolean', default: false, describe: 'Show whole messages' },
    json: { type: 'boolean', default: false, describe: 'Print one JSON object per line' },
  },
  examples: [
    ['$0', 'everything at the one provider on this machine'],
    ['$0 --topic=monitor', 'what the services cost, as their Monitor publishes it'],
    ['$0 --topic=control --service_id=ts_100 --verbose', 'the events of one service, in full'],
  ],
  check: checkFlags,
  run,
});

interface Arguments extends IdentityArguments {
  readonly endpoint: string | undefined;
  readonly pub_endpoint: string | undefined;
  readonly context_file: string | undefined;
  readonly topic: readonly Topic[];
  readonly transaction: string | undefined;
  readonly service_id: string | undefined;
  readonly action: readonly string[];
  readonly verbose: boolean;
  readonly json: boolean;
}

const RULES: readonly FlagRule<Arguments>[] = [
  { flags: ['verbose'], goWith: 'text, without --json,', fits: ({ json }) => !json },
];

function checkFlags(args: Arguments, given: ReadonlySet<string>): void {
  refuseIgnored(RULES, args, given);
  checkShownActions(args.action);
}

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const { follower, address, known } = await open(args, (sighting) => show(args, terminal, sighting));
  terminal.err(`looking for ${address}; Ctrl-C ends\n`);
  follower.ready.then(
    () => terminal.err(`following ${address} (${args.topic.join(', ')})\n`),
    () => undefined, // Ended before there was anything to follow.
  );
  const stopped = new Promise<undefined>((resolve) => {
    if (terminal.signal.aborted) resolve(undefined);
    // Or nobody reads what is shown.
    for (const signal of [terminal.signal, terminal.closed])
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const refused = await Promise.race([stopped, follower.refused, refuseUnknown(args.service_id, known)]);
  await follower.close();
  if (refused !== undefined) throw refused;
  return EXIT.done;
}

/** Settles for a service that the provider does not know; else never, and the display goes on. */
async function refuseUnknown(
  id: string | undefined,
  known: Promise<readonly string[] | undefined>,
): Promise<ContextdError> {
  const ids = id === undefined ? undefined : await known;
  const error = id === undefined || ids === undefined ? undefined : unknownService(id, ids);
  return error ?? (await new Promise<never>(() => undefined));
}

interface Following {
  readonly follower: Follower;
  /** Ids of services, where they can be told. */
  readonly known: Promise<readonly string[] | undefined>;
  readonly address: string;
}

async function open(args: Arguments, see: (sighting: BusEvent) => void): Promise<Following> {
  const file = args.context_file === undefined ? undefined : await readContextFile(args.context_file);
  const configuration = file?.configuration;
  checkService(args.service_id, configuration);
  const { endpoint, pub_endpoint: publish, topic } = args;
  if (!topic.includes('monitor')) {
    const found = await findProvider({
      endpoint: publish,
      subEndpoint: endpoint,
      configuration,
      serverKey: file?.security?.publicKey,
    });
    const security = readIdentity(args, found);
    const known = args.service_id === undefined ? Promise.resolve(undefined) : listServices(found, security);
    return { follower: follow(found, topic, see, security), address: found.subscribe, known };
  }
  if (topic.some((each) => each !== 'monitor')) {
    throw new ContextdError(
      'CLI_USAGE',
      '--topic=monitor cannot go with other topics: a Monitor publishes at an address of its own',
      {
        hint: "follow it alone: 'context_display --topic=monitor', and where it is not found, with its --endpoint",
      },
    );
  }
  const serverKey = file?.security?.publicKey;
  const { endpoint: address, security } = await findMonitor({
    endpoint,
    configuration,
    findProvider: () => findProvider({ endpoint: publish, configuration, serverKey }),
    identify: (found) => readIdentity(args, found),
    isSecured: [serverKey, args.key, args.server_key].some((each) => each !== undefined),
  });
  return { follower: followMonitor(address, see, security), address, known: Promise.resolve(undefined) };
}

/** Throws SVC_UNKNOWN for a service that the named file does not have. */
function checkService(id: string | undefined, configuration: ContextConfiguration | undefined): void {
  if (id === undefined || configuration === undefined) return;
  const known = configuration.TaskService.map((each) => each.id);
  const error = unknownService(id, [configuration.ContextID, ...known]);
  if (error !== undefined) throw error;
}

function show(args: Arguments, terminal: Terminal, sighting: BusEvent): void {
  for (const each of splitBusEvent(sighting)) showOne(args, terminal, each);
}

function showOne(args: Arguments, terminal: Terminal, sighting: BusEvent): void {
  if (!isAbout(sighting, args)) return;
  const at = new Date();
  if (args.json) {
    terminal.out(`${JSON.stringify({ at: at.toISOString(), topic: sighting.topic, body: sighting.body })}\n`);
    return;
  }
  const paint = createPaint(terminal.colour);
  terminal.out(`${paint(at.toTimeString().slice(0, 8), 'grey')}  ${describeBusEvent(sighting, paint)}\n`);
  if (args.verbose) terminal.out(`${JSON.stringify(sighting.body, undefined, 2)}\n`);
}
