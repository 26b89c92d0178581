// The commands of contextd that are also programs, or actions of a provider.

import { ACTIONS, PROVIDER_ACTIONS } from './arguments/actions.js';
import type { CommandEntry } from './arguments/command.js';

/** Each is also a program. */
export const PROGRAMS: Readonly<Record<string, CommandEntry>> = {
  create_service: {
    summary: 'generate the code of a service and add it to its context',
    load: async () => (await import('./create-service.js')).createService,
  },
  service_context: {
    summary: 'run the provider of a context',
    load: async () => (await import('./service-context.js')).serviceContext,
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

export const BY_ACTION: Readonly<Record<string, CommandEntry>> = Object.fromEntries(
  ACTIONS.map((action) => [
    action,
    {
      summary: PROVIDER_ACTIONS[action].summary,
      load: async () => (await import('./provider-action.js')).providerAction(action),
    },
  ]),
);
