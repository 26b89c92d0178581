// Where the provider is: as said on the command line, in the context file, or as found on this machine.

import { realpathSync } from 'node:fs';
import { relative } from 'node:path';
import { ContextdError } from '../base/errors.js';
import type { BusEndpoints } from '../bus/connection.js';
import { isLocalEndpoint, parseTcpEndpoint } from '../bus/endpoint.js';
import { listProviders, type RegistryEntry } from '../bus/registry.js';
import { ENDPOINT_RULE, parseEndpoint } from '../model/endpoint.js';
import type { ContextConfiguration } from '../model/context.js';

export interface ProviderHints {
  /** Where publishers connect. */
  readonly endpoint?: string | undefined;
  /** Where subscribers connect. */
  readonly subEndpoint?: string | undefined;
  readonly configuration?: ContextConfiguration | undefined;
  /** The public key that the context file names. */
  readonly serverKey?: string | undefined;
}

export interface FoundProvider extends BusEndpoints {
  /** Its public key, if it is known to be secured. */
  readonly serverKey?: string;
}

/** Throws CLI_USAGE when it cannot be told, BUS_UNREACHABLE when there is none. */
export async function findProvider(hints: ProviderHints): Promise<FoundProvider> {
  const isNamed = hints.endpoint !== undefined || hints.subEndpoint !== undefined;
  if (!isNamed && hints.configuration === undefined) return withKey(theOnlyOne(await listProviders()));
  const found = await locate(hints);
  if (hints.serverKey !== undefined) return { ...found, serverKey: hints.serverKey };
  const known = isLocalEndpoint(found.publish)
    ? (await listProviders()).find((each) => samePort(each.endpoints.publish, found.publish))
    : undefined;
  return known?.serverKey === undefined ? found : { ...found, serverKey: known.serverKey };
}

function withKey({ endpoints, serverKey }: RegistryEntry): FoundProvider {
  return { ...endpoints, ...(serverKey === undefined ? {} : { serverKey }) };
}

async function locate(hints: ProviderHints): Promise<BusEndpoints> {
  const { endpoint, subEndpoint, configuration } = hints;
  for (const each of [endpoint, subEndpoint]) if (each !== undefined) checkEndpoint(each);
  if (endpoint !== undefined) {
    const subscribe = subEndpoint ?? (await findSubscribeEnd(endpoint, configuration));
    return { publish: endpoint, subscribe };
  }
  if (configuration !== undefined) {
    return {
      publish: configuration.BackendEndpoint,
      subscribe: subEndpoint ?? configuration.FrontEndEndpoint,
    };
  }
  if (subEndpoint !== undefined)
    return { publish: await findPublishEnd(subEndpoint), subscribe: subEndpoint };
  return theOnlyOne(await listProviders()).endpoints;
}

function checkEndpoint(text: string): void {
  if (parseEndpoint(text) !== undefined) return;
  throw new ContextdError('CLI_USAGE', `"${text}" is not a valid endpoint`, {
    hint: `an endpoint is ${ENDPOINT_RULE}; leave it away to find the provider of this folder`,
  });
}

async function findSubscribeEnd(
  endpoint: string,
  configuration: ContextConfiguration | undefined,
): Promise<string> {
  if (configuration !== undefined && samePort(configuration.BackendEndpoint, endpoint)) {
    return configuration.FrontEndEndpoint;
  }
  const known = (await listProviders()).find((each) => samePort(each.endpoints.publish, endpoint));
  if (known !== undefined) return known.endpoints.subscribe;
  const neighbour = neighbourPort(endpoint, -1);
  if (neighbour !== undefined) return neighbour;
  throw new ContextdError('CLI_USAGE', `it is not known where the provider at ${endpoint} answers`, {
    hint: 'name its --context_file, or its FrontEndEndpoint too: conf_command --sub_endpoint, context_display --endpoint',
  });
}

async function findPublishEnd(subEndpoint: string): Promise<string> {
  const known = (await listProviders()).find((each) => samePort(each.endpoints.subscribe, subEndpoint));
  const publish = known?.endpoints.publish ?? neighbourPort(subEndpoint, 1);
  if (publish !== undefined) return publish;
  throw new ContextdError(
    'CLI_USAGE',
    `it is not known where publishers reach the provider at ${subEndpoint}`,
    {
      hint: 'name its --context_file, or its BackendEndpoint too: conf_command --endpoint, context_display --pub_endpoint',
    },
  );
}

function samePort(one: string, other: string): boolean {
  return one === other || (portOf(one) !== undefined && portOf(one) === portOf(other));
}

function portOf(endpoint: string): string | undefined {
  return parseTcpEndpoint(endpoint)?.port;
}

/** By the tutorial's custom the subscribers' port is the one before the publishers'. */
function neighbourPort(endpoint: string, step: 1 | -1): string | undefined {
  const tcp = parseTcpEndpoint(endpoint);
  return tcp === undefined || tcp.port === '*' ? undefined : `tcp://${tcp.host}:${Number(tcp.port) + step}`;
}

/** The provider of the current folder, or the only one there is. */
function theOnlyOne(providers: readonly RegistryEntry[]): RegistryEntry {
  const near = ofFolder(providers, currentFolder());
  const [first, ...more] = near.length === 0 ? providers : near;
  if (first === undefined) {
    throw new ContextdError('BUS_UNREACHABLE', 'no provider of yours runs on this machine', {
      hint: 'start one with service_context FILE, or name --endpoint or --context_file',
    });
  }
  if (more.length === 0) return first;
  const where = near.length === 0 ? 'on this machine' : 'for this folder';
  const list = [first, ...more].map(describe).join('\n  ');
  throw new ContextdError('CLI_USAGE', `several providers run ${where}:\n  ${list}`, {
    hint: 'choose one with --endpoint or --context_file, or go to its folder',
  });
}

function describe({ contextId, contextFile, folder, endpoints, pid }: RegistryEntry): string {
  const place = folder === undefined ? contextFile : `${relative(folder, contextFile)} in ${folder}`;
  return `${contextId}: ${place}, ${endpoints.publish}, pid ${pid}`;
}

/** Those of the context folder in which `current` is; of several such folders the innermost counts. */
function ofFolder(
  providers: readonly RegistryEntry[],
  current: string | undefined,
): readonly RegistryEntry[] {
  if (current === undefined) return [];
  const around = providers.filter(
    ({ folder }) => folder !== undefined && isWithin(realPath(folder), current),
  );
  const depth = Math.max(...around.map(({ folder = '' }) => realPath(folder).length));
  return around.filter(({ folder = '' }) => realPath(folder).length === depth);
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** Undefined when it has been removed. */
function currentFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
