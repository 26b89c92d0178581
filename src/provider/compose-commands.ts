// Gives the commands what they need in a provider: its supervisor, its own configuration, what it may run.

import type { ContextFile } from '../model/read-context.js';
import type { CommandPorts } from './commands/call.js';
import { Turns } from './commands/turns.js';
import { checkLocation } from './locate-service.js';
import { PermittedPrograms } from './permitted-programs.js';
import type { Guard } from './security/guard.js';
import { OwnClients } from './security/own-clients.js';

type CommandParts = Pick<
  CommandPorts,
  'clock' | 'supervisor' | 'persist' | 'prepare' | 'checkOpen' | 'health'
> & {
  readonly file: ContextFile;
  readonly roots: readonly string[];
  readonly guard: Guard | undefined;
};

export function composeCommandPorts({ file, roots, guard, ...ports }: CommandParts): CommandPorts {
  let own = file.configuration;
  const permitted = new PermittedPrograms(file);
  const clients = new OwnClients(file, guard);
  return {
    ...ports,
    turns: new Turns(),
    reloadClients: (isDryRun) => clients.reload(isDryRun),
    folder: file.folder,
    get ownConfiguration() {
      return own;
    },
    reloaded: (configuration) => {
      if (configuration.ContextID === own.ContextID) own = configuration;
    },
    checkCode: (services) => {
      for (const service of services) {
        permitted.check(service);
        const { location } = service.Task.message.content.configuration;
        if (location !== '') checkLocation(service, location, roots);
      }
    },
  };
}
