// Gives the commands what they need in a provider: its supervisor, its own configuration, what it may run.

import type { ContextFile } from '../model/read/read-context.js';
import type { CommandPorts } from './commands/command-context.js';
import { KeyedQueue } from './commands/keyed-queue.js';
import { checkLocation } from '../launcher/locate-service.js';
import { PermittedPrograms } from '../launcher/permitted-programs.js';
import type { Authorizer } from '../security/authorizer.js';
import { ClientAcl } from '../security/client-acl.js';

type CommandParts = Pick<
  CommandPorts,
  'clock' | 'supervisor' | 'persist' | 'prepare' | 'checkOpen' | 'health'
> & {
  readonly file: ContextFile;
  readonly roots: readonly string[];
  readonly guard: Authorizer | undefined;
};

export function composeCommandPorts({ file, roots, guard, ...ports }: CommandParts): CommandPorts {
  let own = file.configuration;
  const permitted = new PermittedPrograms(file);
  const clients = new ClientAcl(file, guard);
  return {
    ...ports,
    turns: new KeyedQueue(),
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
