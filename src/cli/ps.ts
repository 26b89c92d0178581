// contextd ps: prints the services of a context as a table.

import { systemClock } from '../base/clock.js';
import { ContextdError, EXIT } from '../base/errors.js';
import { didYouMean } from '../base/suggest.js';
import { defineCommand } from './arguments/command.js';
import { CONNECTION_OPTIONS, CONNECTION_VALUES } from './arguments/conf-options.js';
import { completeServiceIds } from './request/complete-service-ids.js';
import { findContextFiles } from './request/context-files.js';
import { listServices, type ListedService } from './request/list-services.js';
import type { ConnectionArguments } from './request/connect.js';
import { formatServices, uptimeOf } from './show/services.js';
import { createPaint } from './terminal/paint.js';
import type { Terminal } from './terminal/terminal.js';

export const ps = defineCommand({
  name: 'contextd ps',
  summary: 'Print the services of a context: state, process id, uptime, restarts, and why one has failed.',
  positionals: '[services..]',
  values: { _: completeServiceIds, ...CONNECTION_VALUES },
  options: CONNECTION_OPTIONS,
  examples: [
    ['$0', 'Print all services'],
    ['$0 worker mailer', 'Print two services'],
    ['$0 --json', 'Print them as JSON'],
  ],
  run,
});

interface Arguments extends ConnectionArguments {
  readonly _?: readonly (string | number)[];
  readonly json: boolean;
}

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const { services, faults } = await listServices(args, terminal, await findContextFiles());
  const shown = select(services, (args._ ?? []).map(String));
  const nowMs = systemClock.now();
  if (args.json) {
    const entries = shown.map((service) => ({ ...service, uptime_s: uptimeOf(service, nowMs) }));
    terminal.out(`${JSON.stringify(entries, undefined, 2)}\n`);
  } else if (shown.length === 0) {
    terminal.out("no services: nothing was started yet; 'contextd start' starts the context\n");
  } else {
    for (const line of formatServices(shown, nowMs, createPaint(terminal.colour))) terminal.out(`${line}\n`);
  }
  for (const { code, message } of faults) terminal.err(`error ${code}: ${message}\n`);
  return faults.length === 0 ? EXIT.done : EXIT.failed;
}

function select(services: readonly ListedService[], wanted: readonly string[]): readonly ListedService[] {
  if (wanted.length === 0) return services;
  const known = services.map(({ service_id: id }) => id);
  const unknown = wanted.find((id) => !known.includes(id));
  if (unknown === undefined) return services.filter(({ service_id: id }) => wanted.includes(id));
  throw new ContextdError('SVC_UNKNOWN', `there is no service "${unknown}"`, {
    hint: didYouMean(unknown, known) ?? `services: ${[...new Set(known)].join(', ')}`,
  });
}
