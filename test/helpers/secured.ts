// A secured provider with a client key for each role.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyFilesOf, writeKeyFiles } from '../../src/base/key-file.js';
import { createKeyPair, type KeyPair } from '../../src/base/keys.js';
import { Connection, composeSecurity } from '../../src/bus/connection.js';
import type { ClientSecurity } from '../../src/bus/security.js';
import { Client, type ClientOptions } from '../../src/client/client.js';
import type { ContextFile } from '../../src/model/read/read-context.js';
import { ROLES, type Role } from '../../src/model/security.js';
import type { Notice } from '../../src/messages/notice.js';
import { Provider } from '../../src/provider/provider.js';
import type { ProviderOptions } from '../../src/provider/provider-setup.js';
import { testConfiguration, testContextFile, type ServiceSpec } from './context.js';
import { eventually } from './eventually.js';
import { Recorder } from './recorder.js';

export interface AuditLine {
  readonly verdict: 'accepted' | 'refused';
  readonly who: Readonly<Record<string, string>>;
  readonly what: Readonly<Record<string, string>>;
  readonly code?: string;
}

/** A raw connection to the bus and the frames it receives. */
export interface RawConnection {
  readonly connection: Connection;
  readonly frames: Recorder<string>;
}

export interface SecuredProvider extends AsyncDisposable {
  readonly folder: string;
  readonly file: ContextFile;
  readonly provider: Provider;
  readonly notices: Recorder<Notice>;
  readonly serverKey: string;
  keysOf(role: Role): KeyPair;
  securityOf(role: Role): ClientSecurity;
  client(role: Role, options?: ClientOptions): Promise<Client>;
  /** Opens a raw connection with the keys of this role, which can publish on any topic. */
  connect(role: Role, ...topics: readonly string[]): Promise<RawConnection>;
  audit(): Promise<readonly AuditLine[]>;
  /** Waits for a refusal in the audit log. */
  waitForRefusal(code: string, matches?: (line: AuditLine) => boolean): Promise<AuditLine>;
  /** Ends the provider like a crash, without stopping its services, and opens the next one. */
  replace(): Promise<void>;
}

/** ipc:// endpoints in the folder. */
export function localEndpoints(folder: string): Readonly<Record<string, string>> {
  const [front, back] = [`ipc://${folder}/run/front`, `ipc://${folder}/run/back`];
  return { FrontBind: front, BackendEndpoint: front, BackendBind: back, FrontEndEndpoint: back };
}

export async function openSecuredProvider(
  services: readonly ServiceSpec[],
  more: Readonly<Record<string, unknown>> | ((folder: string) => Readonly<Record<string, unknown>>) = {},
  options: Partial<ProviderOptions> = {},
): Promise<SecuredProvider> {
  const folder = await mkdtemp(join(tmpdir(), 'contextd-test-'));
  const server = writeKeyFiles(join(folder, 'keys'), 'server');
  const pairs = new Map(ROLES.map((role) => [role, createKeyPair()]));
  const keysOf = (role: Role) => pairs.get(role)!;
  const file: ContextFile = {
    ...testContextFile(folder, testConfiguration(services, typeof more === 'function' ? more(folder) : more)),
    security: {
      publicKey: server.publicKey,
      secretKeyFile: keyFilesOf(join(folder, 'keys'), 'server').secret,
      clients: ROLES.map((role) => ({ name: `client-${role}`, key: keysOf(role).publicKey, role })),
    },
  };
  const notices = new Recorder<Notice>();
  const open = () => Provider.open({ file, notice: (notice) => notices.record(notice), ...options });
  let provider = await open();
  const securityFor = (role: Role) => ({ keys: keysOf(role), serverKey: server.publicKey });
  const closables: { close(): Promise<void> }[] = [];
  const closeAtEnd = <T extends { close(): Promise<void> }>(resource: T): T => {
    closables.push(resource);
    return resource;
  };
  const audit = async () => {
    const path = join(folder, '.contextd', file.configuration.ContextID, 'audit.jsonl');
    const text = await readFile(path, 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as AuditLine);
  };
  return {
    folder,
    file,
    get provider() {
      return provider;
    },
    notices,
    serverKey: server.publicKey,
    keysOf,
    securityOf: securityFor,
    client: async (role, more) =>
      closeAtEnd(
        await Client.connect(provider.endpoints, { timeoutMs: 20_000, ...more, security: securityFor(role) }),
      ),
    connect: async (role, ...topics) => {
      const frames = new Recorder<string>();
      const record = (frame: Uint8Array) => frames.record(Buffer.from(frame).toString());
      const connection = closeAtEnd(
        new Connection(provider.endpoints, topics, record, composeSecurity(securityFor(role))),
      );
      await connection.ready();
      await connection.publisher.waitForSubscriber('context');
      return { connection, frames };
    },
    audit,
    waitForRefusal: (code, matches = () => true) =>
      eventually(
        async () => (await audit()).find((each) => each.code === code && matches(each)),
        `${code} in the audit log`,
      ),
    replace: async () => {
      await provider.detach();
      provider = await open();
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(closables.map((each) => each.close()));
      await provider.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** All services with status and pid. */
export async function listServices(client: Client): Promise<readonly ServiceState[]> {
  const { status } = await client.command({ action: 'list' });
  return (status.transactions ?? []).flatMap(({ transaction, services }) =>
    services.map(({ service_id, state, pid }) => ({ transaction, service_id, state, pid })),
  );
}

export interface ServiceState {
  readonly transaction: string;
  readonly service_id: string;
  readonly state: string;
  readonly pid: number | null;
}
