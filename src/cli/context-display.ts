// context_display: follows the bus and prints each message as it arrives.

import { systemClock } from '../base/clock.js';
import { type ContextdError, EXIT } from '../base/errors.js';
import type { BusEvent } from '../client/follow.js';
import { TOPICS, type Topic } from '../messages/topics.js';
import { defineCommand } from './arguments/command.js';
import type { Terminal } from './terminal/terminal.js';
import { completeServiceIds } from './request/complete-service-ids.js';
import { rejectIgnored, type FlagRule } from './arguments/flag-rules.js';
import { checkShownActions, SHOWN_ACTIONS, unknownService } from './request/display-filters.js';
import { openSource, type SourceArguments } from './request/display-source.js';
import { IDENTITY_OPTIONS, IDENTITY_VALUES } from './arguments/identity.js';
import { createPaint } from './terminal/paint.js';
import { describeBusEvent, matchesFilter, splitBusEvent } from './show/message.js';

export const contextDisplay = defineCommand({
  name: 'context_display',
  summary: 'Print the messages of the bus as they happen: commands, events and states.',
  positionals: '',
  values: {
    context_file: 'files',
    action: SHOWN_ACTIONS,
    service_id: completeServiceIds,
    ...IDENTITY_VALUES,
  },
  options: {
    endpoint: {
      type: 'string',
      describe: "Provider's address for subscribers; with --topic=monitor the Monitor's (default: detected)",
    },
    pub_endpoint: { type: 'string', describe: "Provider's address for publishers (default: detected)" },
    context_file: { type: 'string', describe: 'Context file to read the addresses from' },
    topic: {
      choices: TOPICS,
      array: true,
      default: ['context', 'process', 'control', 'state'] as Topic[],
      describe: 'Topics to follow',
    },
    transaction: { type: 'string', describe: 'Only messages of this transaction' },
    service_id: { type: 'string', describe: 'Only messages of this service' },
    action: {
      type: 'string',
      array: true,
      default: [] as string[],
      describe: 'Only messages with these actions',
    },
    ...IDENTITY_OPTIONS,
    verbose: { type: 'boolean', default: false, describe: 'Print whole messages' },
    json: { type: 'boolean', default: false, describe: 'Print one JSON object per line' },
  },
  examples: [
    ['$0', 'All messages of the only provider on this machine'],
    ['$0 --topic=monitor', 'CPU and memory of the services, as their Monitor publishes them'],
    ['$0 --topic=control --service_id=ts_100 --verbose', 'The events of one service, in full'],
  ],
  check: checkFlags,
  run,
});

interface Arguments extends SourceArguments {
  readonly transaction: string | undefined;
  readonly action: readonly string[];
  readonly verbose: boolean;
  readonly json: boolean;
}

const RULES: readonly FlagRule<Arguments>[] = [
  { flags: ['verbose'], condition: 'without --json', applies: ({ json }) => !json },
];

function checkFlags(args: Arguments, given: ReadonlySet<string>): void {
  rejectIgnored(RULES, args, given);
  checkShownActions(args.action);
}

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const { follower, address, known } = await openSource(args, (event) => show(args, terminal, event));
  terminal.err(`connecting to ${address}; press Ctrl-C to end\n`);
  follower.ready.then(
    () => terminal.err(`following ${address} (${args.topic.join(', ')})\n`),
    () => undefined, // Closed before the connection was ready.
  );
  const stopped = new Promise<undefined>((resolve) => {
    if (terminal.signal.aborted) resolve(undefined);
    for (const signal of [terminal.signal, terminal.closed])
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const refused = await Promise.race([stopped, follower.refused, rejectUnknown(args.service_id, known)]);
  await follower.close();
  if (refused !== undefined) throw refused;
  return EXIT.done;
}

/** Resolves with an error if the provider does not know the service; else never. */
async function rejectUnknown(
  id: string | undefined,
  known: Promise<readonly string[] | undefined>,
): Promise<ContextdError> {
  const ids = id === undefined ? undefined : await known;
  const error = id === undefined || ids === undefined ? undefined : unknownService(id, ids);
  return error ?? (await new Promise<never>(() => undefined));
}

function show(args: Arguments, terminal: Terminal, event: BusEvent): void {
  for (const each of splitBusEvent(event)) showOne(args, terminal, each);
}

function showOne(args: Arguments, terminal: Terminal, event: BusEvent): void {
  if (!matchesFilter(event, args)) return;
  const at = new Date(systemClock.now());
  if (args.json) {
    terminal.out(`${JSON.stringify({ at: at.toISOString(), topic: event.topic, body: event.body })}\n`);
    return;
  }
  const paint = createPaint(terminal.colour);
  terminal.out(`${paint(at.toTimeString().slice(0, 8), 'grey')}  ${describeBusEvent(event, paint)}\n`);
  if (args.verbose) terminal.out(`${JSON.stringify(event.body, undefined, 2)}\n`);
}
