// contextd status: says whether the provider and all services are well, also by the exit code.

import { relative } from 'node:path';
import { systemClock } from '../base/clock.js';
import { EXIT } from '../base/errors.js';
import { defineCommand } from './arguments/command.js';
import { CONNECTION_OPTIONS, CONNECTION_VALUES } from './arguments/conf-options.js';
import { findContextFiles } from './request/context-files.js';
import { listServices, type ListedService, type ServiceList } from './request/list-services.js';
import type { ConnectionArguments } from './request/connect.js';
import { formatServices } from './show/services.js';
import { createPaint } from './terminal/paint.js';
import type { Terminal } from './terminal/terminal.js';

export const status = defineCommand({
  name: 'contextd status',
  summary:
    'Say whether all is well. Exit code 0: all services are; 1: one has failed, waits for a restart or is not ready, or nothing was started; 3: no provider runs.',
  positionals: '',
  values: CONNECTION_VALUES,
  options: CONNECTION_OPTIONS,
  examples: [
    ['$0', 'Print the state of the context of this folder'],
    ['$0 > /dev/null || contextd up -d', 'Start the context if it is not well'],
    ['$0 --json', 'Print it as JSON'],
  ],
  run,
});

interface Arguments extends ConnectionArguments {
  readonly json: boolean;
}

/** A service that has ended as intended, or has not been needed yet, is well. */
const WELL = ['started', 'stopped', 'exited', 'defined'];

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const list = await listServices(args, terminal, await findContextFiles());
  const { provider, services, faults } = list;
  const unwell = services.filter(({ state }) => !WELL.includes(state));
  const isHealthy = services.length > 0 && unwell.length === 0 && faults.length === 0;
  if (args.json) {
    const { contextFile, pid } = provider;
    const states = Object.fromEntries(countStates(services));
    const result = { healthy: isHealthy, context_file: contextFile, pid, states, unhealthy: unwell, faults };
    terminal.out(`${JSON.stringify(result, undefined, 2)}\n`);
  } else {
    print(terminal, list, unwell, isHealthy);
  }
  return isHealthy ? EXIT.done : EXIT.failed;
}

function print(
  terminal: Terminal,
  { provider, services, faults }: ServiceList,
  unwell: readonly ListedService[],
  isHealthy: boolean,
): void {
  const { contextFile = provider.publish, pid } = provider;
  const where = `${relative('', contextFile)}${pid === undefined ? '' : ` (provider pid ${pid})`}`;
  const states = [...countStates(services)].map(([state, count]) => `${count} ${state}`).join(', ');
  const paint = createPaint(terminal.colour);
  const word = paint(isHealthy ? 'healthy' : 'not healthy', isHealthy ? 'green' : 'red');
  terminal.out(`${word}: ${where}: ${states === '' ? 'nothing was started' : states}\n`);
  const [first] = unwell;
  if (first !== undefined) {
    for (const line of formatServices(unwell, systemClock.now(), paint)) terminal.out(`${line}\n`);
    terminal.err(`  hint: contextd why ${first.service_id}\n`);
  }
  for (const { code, message } of faults) terminal.err(`error ${code}: ${message}\n`);
}

function countStates(services: readonly ListedService[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { state } of services) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}
