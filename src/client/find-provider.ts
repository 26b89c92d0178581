// Finds the endpoints of a provider: on the command line, in the context file, or in the registry of this machine.

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
  /** The public key in the context file. */
  readonly serverKey?: string | undefined;
  /** The context files of the current folder: if there are any, only a provider of this folder is found without other hints. */
  readonly near?: readonly string[] | undefined;
}

export interface FoundProvider extends BusEndpoints {
  /** Its public key, if it is known to be secured. */
  readonly serverKey?: string;
  /** The context file that it runs, if it was found in the registry. */
  readonly contextFile?: string;
  /** Its process on this machine, if it was found in the registry. */
  readonly pid?: number;
  /** The log of its console, if it runs in the background. */
  readonly consoleLog?: string | undefined;
}

/**
 * Finds a provider from explicit endpoints, a context file, or, without hints, the providers that run on this machine.
 * Throws CLI_USAGE when several match or an endpoint cannot be derived, and BUS_UNREACHABLE when none runs.
 */
export async function findProvider(hints: ProviderHints): Promise<FoundProvider> {
  const isGiven = hints.endpoint !== undefined || hints.subEndpoint !== undefined;
  if (!isGiven && hints.configuration === undefined)
    return describeFound(onlyProvider(await listProviders(), hints.near));
  const found = await locate(hints);
  const known = isLocalEndpoint(found.publish)
    ? (await listProviders()).find((each) => samePort(each.endpoints.publish, found.publish))
    : undefined;
  return {
    ...(known === undefined ? {} : describeFound(known)),
    ...found,
    ...(hints.serverKey === undefined ? {} : { serverKey: hints.serverKey }),
  };
}

function describeFound({ endpoints, serverKey, ...entry }: RegistryEntry): FoundProvider {
  const { contextFile, pid, consoleLog } = entry;
  return { ...endpoints, contextFile, pid, consoleLog, ...(serverKey === undefined ? {} : { serverKey }) };
}

async function locate(hints: ProviderHints): Promise<BusEndpoints> {
  const { endpoint, subEndpoint, configuration } = hints;
  for (const each of [endpoint, subEndpoint]) if (each !== undefined) checkEndpoint(each);
  if (endpoint !== undefined) {
    const subscribe = subEndpoint ?? (await findSubscribeEndpoint(endpoint, configuration));
    return { publish: endpoint, subscribe };
  }
  if (configuration !== undefined) {
    return {
      publish: configuration.BackendEndpoint,
      subscribe: subEndpoint ?? configuration.FrontEndEndpoint,
    };
  }
  if (subEndpoint !== undefined)
    return { publish: await findPublishEndpoint(subEndpoint), subscribe: subEndpoint };
  return onlyProvider(await listProviders()).endpoints;
}

function checkEndpoint(text: string): void {
  if (parseEndpoint(text) !== undefined) return;
  throw new ContextdError('CLI_USAGE', `"${text}" is not a valid endpoint`, {
    hint: `an endpoint is ${ENDPOINT_RULE}; without one the provider of this folder is used`,
  });
}

async function findSubscribeEndpoint(
  endpoint: string,
  configuration: ContextConfiguration | undefined,
): Promise<string> {
  if (configuration !== undefined && samePort(configuration.BackendEndpoint, endpoint)) {
    return configuration.FrontEndEndpoint;
  }
  const known = (await listProviders()).find((each) => samePort(each.endpoints.publish, endpoint));
  if (known !== undefined) return known.endpoints.subscribe;
  const adjacent = adjacentPort(endpoint, -1);
  if (adjacent !== undefined) return adjacent;
  throw new ContextdError(
    'CLI_USAGE',
    `the address where the provider at ${endpoint} publishes its answers is unknown`,
    {
      hint: 'pass its --context_file, or also its FrontEndEndpoint: conf_command --sub_endpoint, context_display --endpoint',
    },
  );
}

async function findPublishEndpoint(subEndpoint: string): Promise<string> {
  const known = (await listProviders()).find((each) => samePort(each.endpoints.subscribe, subEndpoint));
  const publish = known?.endpoints.publish ?? adjacentPort(subEndpoint, 1);
  if (publish !== undefined) return publish;
  throw new ContextdError(
    'CLI_USAGE',
    `the address for publishers of the provider at ${subEndpoint} is unknown`,
    {
      hint: 'pass its --context_file, or also its BackendEndpoint: conf_command --endpoint, context_display --pub_endpoint',
    },
  );
}

function samePort(one: string, other: string): boolean {
  return one === other || (portOf(one) !== undefined && portOf(one) === portOf(other));
}

function portOf(endpoint: string): string | undefined {
  return parseTcpEndpoint(endpoint)?.port;
}

/** Convention of the tutorial: the subscribers' port is one below the publishers' port. */
function adjacentPort(endpoint: string, step: 1 | -1): string | undefined {
  const tcp = parseTcpEndpoint(endpoint);
  return tcp === undefined || tcp.port === '*' ? undefined : `tcp://${tcp.host}:${Number(tcp.port) + step}`;
}

/** The provider of the current folder; without `near` else one of an outer folder, or the only one on this machine. */
function onlyProvider(providers: readonly RegistryEntry[], near: readonly string[] = []): RegistryEntry {
  const current = currentFolder();
  const inner = inInnermostFolder(providers, current);
  const hasContext = near.length > 0;
  const local = hasContext ? inner.filter(({ folder = '' }) => realPath(folder) === current) : inner;
  const [first, ...more] = local.length === 0 && !hasContext ? providers : local;
  if (first === undefined && hasContext) {
    throw new ContextdError(
      'BUS_UNREACHABLE',
      `no provider runs the context of this folder: ${near.join(', ')}`,
      { hint: 'start it with: contextd up -d' },
    );
  }
  if (first === undefined) {
    throw new ContextdError('BUS_UNREACHABLE', 'no provider of this user runs on this machine', {
      hint: 'start one with service_context FILE, or pass --endpoint or --context_file',
    });
  }
  if (more.length === 0) return first;
  const where = local.length === 0 ? 'on this machine' : 'for this folder';
  const list = [first, ...more].map(describe).join('\n  ');
  throw new ContextdError('CLI_USAGE', `several providers run ${where}:\n  ${list}`, {
    hint: 'choose one with --endpoint or --context_file, or run the command in its folder',
  });
}

function describe({ contextId, contextFile, folder, endpoints, pid }: RegistryEntry): string {
  const place = folder === undefined ? contextFile : `${relative(folder, contextFile)} in ${folder}`;
  return `${contextId}: ${place}, ${endpoints.publish}, pid ${pid}`;
}

/** The providers whose context folder contains `current`; of several such folders the innermost counts. */
function inInnermostFolder(
  providers: readonly RegistryEntry[],
  current: string | undefined,
): readonly RegistryEntry[] {
  if (current === undefined) return [];
  const enclosing = providers.filter(
    ({ folder }) => folder !== undefined && isWithin(realPath(folder), current),
  );
  const depth = Math.max(...enclosing.map(({ folder = '' }) => realPath(folder).length));
  return enclosing.filter(({ folder = '' }) => realPath(folder).length === depth);
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** Undefined when the folder has been removed. */
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
