// Finds what context_display follows, the bus of a provider or a Monitor, and connects to it.

import { findMonitor } from '../../client/find-monitor.js';
import { findProvider } from '../../client/find-provider.js';
import { follow, followMonitor, type BusEvent, type Follower } from '../../client/follow.js';
import type { Topic } from '../../messages/topics.js';
import type { ContextConfiguration } from '../../model/context.js';
import { readContextFile } from '../../model/read/read-context.js';
import { readIdentity, type IdentityArguments } from '../arguments/identity.js';
import { usageError } from '../arguments/usage-errors.js';
import { listServices, unknownService } from './display-filters.js';

export interface SourceArguments extends IdentityArguments {
  readonly endpoint: string | undefined;
  readonly pub_endpoint: string | undefined;
  readonly context_file: string | undefined;
  readonly topic: readonly Topic[];
  readonly service_id: string | undefined;
}

export interface DisplaySource {
  readonly follower: Follower;
  /** Ids of contexts and services; undefined when they are not needed or not available. */
  readonly known: Promise<readonly string[] | undefined>;
  readonly address: string;
}

/** Throws CLI_USAGE, SVC_UNKNOWN, and the errors of `findProvider` and `findMonitor`. */
export async function openSource(
  args: SourceArguments,
  onEvent: (event: BusEvent) => void,
): Promise<DisplaySource> {
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
    return { follower: follow(found, topic, onEvent, security), address: found.subscribe, known };
  }
  if (topic.some((each) => each !== 'monitor')) {
    throw usageError(
      '--topic=monitor cannot be used with other topics: a Monitor publishes at an address of its own',
      "run 'context_display --topic=monitor' on its own, with its --endpoint if the Monitor is not found",
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
  return { follower: followMonitor(address, onEvent, security), address, known: Promise.resolve(undefined) };
}

/** Throws SVC_UNKNOWN for a service that the context file does not define. */
function checkService(id: string | undefined, configuration: ContextConfiguration | undefined): void {
  if (id === undefined || configuration === undefined) return;
  const known = configuration.TaskService.map((each) => each.id);
  const error = unknownService(id, [configuration.ContextID, ...known]);
  if (error !== undefined) throw error;
}
