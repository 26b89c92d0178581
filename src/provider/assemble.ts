// Opens the parts of a provider, and takes over from an earlier one.

import type { Closers } from '../base/closers.js';
import { checkFolder } from '../base/private-files.js';
import type { BusEndpoints, Connection } from '../bus/connection.js';
import { openFileMonitor, openLock } from '../journal/open-journal.js';
import { openLaunchers } from '../launcher/open-launchers.js';
import { openSecurity } from '../security/open-security.js';
import { openChecks } from '../supervision/open-checks.js';
import { openConnection, openForwarder, reachableEndpoints, resolveBinds } from './open-bus.js';
import type { ProviderSetup } from './provider-setup.js';
import { takeOver, type TakenOver } from './take-over.js';
import { wireProvider, type WiredProvider } from './wiring.js';

export interface ProviderParts extends WiredProvider {
  readonly endpoints: BusEndpoints;
  readonly connection: Connection;
  /** The transactions of an earlier provider. */
  readonly taken: readonly TakenOver[];
}

/** Throws BUS_ADDRESS_IN_USE, BUS_BIND_REFUSED, CTX_JOURNAL_HELD or CTX_JOURNAL_FOREIGN; `closers` undo everything. */
export async function assemble(setup: ProviderSetup, closers: Closers): Promise<ProviderParts> {
  const { file, stateFolder, contextId, contextFolder } = setup;
  const binds = resolveBinds(file.configuration, setup.isInsecure || file.security !== undefined);
  checkFolder(stateFolder);
  const security = file.security && openSecurity({ ...setup, settings: file.security });
  const forwarder = await openForwarder({ ...setup, binds }, security, closers);
  const endpoints = reachableEndpoints(forwarder);
  const lock = await openLock(stateFolder, contextId, closers);
  const receive = (frame: Uint8Array) => wired.dispatcher.receive(frame);
  const connection = openConnection({ ...setup, endpoints, security, receive }, closers);
  const keys = security && { serverKey: security.serverKey, services: security.authorizer.services };
  const launchers = openLaunchers({ ...setup, connection, endpoints, security: keys }, closers);
  const wired = wireProvider(setup, { connection, endpoints, launchers, forwarder, security }, closers);
  const { dispatcher, transactions, supervisor, journal } = wired;
  connection.publisher.onSubscribe((topic, subscription) => dispatcher.onSubscribed(topic, subscription));
  await connection.ready();
  const taken = await takeOver(setup, { ...wired, launchers });
  dispatcher.open();
  openChecks(supervisor, { ...setup, transactions }, closers);
  const entry = {
    pid: process.pid,
    contextId,
    contextFile: file.path,
    folder: contextFolder,
    endpoints,
    consoleLog: setup.consoleLog,
    ...(security && { serverKey: security.serverKey }),
  };
  const lost = () => void journal.stop().then(setup.exit);
  await openFileMonitor({ ...setup, lock, journal, entry, lost }, closers);
  setup.notice({ kind: 'ready', contextId, frontend: endpoints.publish, backend: endpoints.subscribe });
  return { ...wired, endpoints, connection, taken };
}
