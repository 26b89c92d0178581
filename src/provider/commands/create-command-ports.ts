// Creates what commands need of the provider.

import { KeyedQueue } from '../../base/keyed-queue.js';
import type { ContextFile } from '../../model/read/read-context.js';
import type { Authorizer } from '../../security/authorizer.js';
import { ClientAcl } from '../../security/client-acl.js';
import type { CommandPorts } from './command-context.js';

type Given =
  'clock' | 'transactions' | 'supervisor' | 'persist' | 'prepare' | 'checkCode' | 'checkOpen' | 'health';

export function createCommandPorts(
  given: Pick<CommandPorts, Given>,
  file: ContextFile,
  authorizer: Authorizer | undefined,
): CommandPorts {
  let own = file.configuration;
  const clients = new ClientAcl(file, authorizer);
  return {
    ...given,
    queue: new KeyedQueue(),
    reloadClients: (isDryRun) => clients.reload(isDryRun),
    folder: file.folder,
    get ownConfiguration() {
      return own;
    },
    reloaded: (configuration) => {
      if (configuration.ContextID === own.ContextID) own = configuration;
    },
  };
}
