// The commands of contextd on a project, on files, or on more than one action of a provider.

import type { CommandEntry } from './arguments/command.js';

export const OWN_COMMANDS: Readonly<Record<string, CommandEntry>> = {
  up: {
    summary: 'run the context of this folder, with -d in the background',
    load: async () => (await import('./up.js')).up,
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
    load: async () => (await import('./check.js')).check,
  },
  graph: {
    summary: 'print the transitions of a context file as a graph',
    load: async () => (await import('./graph.js')).graph,
  },
  init: {
    summary: 'create a project folder, ready to run',
    load: async () => (await import('./init.js')).init,
  },
  keys: {
    summary: 'create and show key pairs of secured providers and their clients',
    load: async () => (await import('./keys.js')).keys,
  },
};
