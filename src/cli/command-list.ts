// The commands of contextd by name. Each is loaded only when it is called; build/bundle.js lists those in files of their own.

import { ACTIONS, PROVIDER_ACTIONS } from './arguments/actions.js';
import type { CommandEntry } from './arguments/command.js';

type Entries = Readonly<Record<string, CommandEntry>>;

const provider = () => import('./provider-commands.js');

/** On a project, on files, or on more than one action of a provider. */
export const OWN_COMMANDS: Entries = {
  up: {
    summary: 'run the context of this folder, with -d in the background',
    load: async () => (await provider()).up,
  },
  down: {
    summary: 'stop all services and the provider, and wait for the end',
    load: async () => (await import('./down.js')).down,
  },
  ps: {
    summary: 'print the services: state, process, uptime, restarts',
    load: async () => (await import('./ps.js')).ps,
  },
  status: {
    summary: 'say whether all is well, also by the exit code',
    load: async () => (await import('./status.js')).status,
  },
  attach: {
    summary: 'show the console of a provider in the background',
    load: async () => (await import('./attach.js')).attach,
  },
  check: {
    summary: 'check a context file',
    load: async () => (await provider()).check,
  },
  graph: {
    summary: 'print the transitions of a context file as a graph',
    load: async () => (await provider()).graph,
  },
  startup: {
    summary: 'print or install a systemd unit that runs the context after each boot',
    load: async () => (await provider()).startup,
  },
  add: {
    summary: 'add a service, such as a script, to the context of this folder',
    load: async () => (await import('./scaffold/add.js')).add,
  },
  remove: {
    summary: 'remove a service from the context of this folder',
    load: async () => (await import('./scaffold/remove.js')).remove,
  },
  init: {
    summary: 'create a project folder, ready to run',
    load: async () => (await import('./scaffold/init.js')).init,
  },
  keys: {
    summary: 'create and show key pairs of secured providers and their clients',
    load: async () => (await import('./keys.js')).keys,
  },
};

/** Also `conf_command --action=NAME`. */
export const ACTION_COMMANDS: Entries = Object.fromEntries(
  ACTIONS.map((action) => [
    action,
    {
      summary: PROVIDER_ACTIONS[action].summary,
      load: async () => (await import('./provider-action.js')).providerAction(action),
    },
  ]),
);

/** Also programs. */
export const PROGRAMS: Entries = {
  create_service: {
    summary: 'generate the code of a service and add it to its context',
    load: async () => (await import('./scaffold/create-service.js')).createService,
  },
  service_context: {
    summary: 'run the provider of a context',
    load: async () => (await provider()).serviceContext,
  },
  conf_command: {
    summary: 'control and inspect the services of a running provider',
    load: async () => (await import('./conf-command.js')).confCommand,
  },
  context_display: {
    summary: 'print the messages of the bus as they happen',
    load: async () => (await import('./context-display.js')).contextDisplay,
  },
};

export const COMMANDS: Entries = { ...OWN_COMMANDS, ...ACTION_COMMANDS, ...PROGRAMS };

export function findCommand(name: string): CommandEntry | undefined {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
}
