// Takes over from an earlier provider of this context: its journal, and the services that are still alive.

import type { ServiceId, TransactionId } from '../base/ids.js';
import { restoreJournal } from '../journal/restore-journal.js';
import { endLeftoverRuns } from '../launcher/end-leftover-runs.js';
import type { Launchers } from '../launcher/open-launchers.js';
import { endEarlierReapers } from '../launcher/orphan-reaper/reaper.js';
import type { FoundServiceRun } from '../processes/find-runs.js';
import { publishedToken } from '../processes/run-token.js';
import type { FoundRun } from '../supervision/run-registry.js';
import type { ServiceSnapshot } from '../supervision/snapshot.js';
import type { Supervisor } from '../supervision/supervisor.js';
import type { Transaction } from '../supervision/transaction.js';
import type { CommandAnswer } from './commands/command-context.js';
import type { IdempotencyCache } from './idempotency-cache.js';
import type { ProviderSetup } from './provider-setup.js';

export interface TakeOverPorts {
  readonly supervisor: Pick<Supervisor, 'recover'>;
  readonly launchers: Pick<Launchers, 'launcher' | 'controlGroups'>;
  readonly cache: IdempotencyCache<CommandAnswer>;
}

/** A transaction of an earlier provider. */
export interface TakenOver {
  readonly transaction: TransactionId;
  readonly contextId: string;
  /** The number of its services that were found alive. */
  readonly adopted: number;
}

/**
 * Restores the transactions of the journal and adopts their services that are alive. Ends the runs of this context that
 * are in no journal: no provider can supervise them. Throws CTX_JOURNAL_FOREIGN.
 */
export async function takeOver(setup: ProviderSetup, ports: TakeOverPorts): Promise<readonly TakenOver[]> {
  const { file, stateFolder, owner, clock, warn } = setup;
  const { supervisor, launchers, cache } = ports;
  await endEarlierReapers(owner);
  const nowMs = clock.now();
  const { transactions, answers } = restoreJournal({ file, stateFolder, nowMs, warn });
  for (const { messageId, atMs = nowMs, ...answer } of answers) cache.restore({ messageId, answer, atMs });
  const found = await launchers.launcher.find();
  const leftovers = new Set(found);
  const taken: TakenOver[] = [];
  for (const transaction of transactions) {
    const runs = newestRuns(found, transaction);
    for (const each of found)
      if (runs.get(each.service as ServiceId)?.token === each.token) leftovers.delete(each);
    supervisor.recover(transaction, runs);
    const { ContextID: contextId } = transaction.configuration;
    taken.push({ transaction: transaction.id, contextId, adopted: runs.size });
    const adopted = [...runs].map(([id, { process }]) => `${id} (pid ${process.pid})`).join(', ');
    if (adopted !== '') warn(`adopted in ${transaction.id}: ${adopted}`);
  }
  await endLeftoverRuns({ owner, launchers, warn }, leftovers);
  return taken;
}

/** Returns the run of each service that was launched last, in the order of the context. An earlier run is about to end. */
function newestRuns(
  found: readonly FoundServiceRun[],
  transaction: Transaction,
): ReadonlyMap<ServiceId, FoundRun> {
  const services = [...transaction.snapshot.services.keys()];
  const runs = new Map<ServiceId, FoundRun>();
  for (const { transaction: id, service, run, token, process } of found) {
    const known = services.find((each) => each === service);
    if (id !== transaction.id || known === undefined || process === undefined) continue;
    const seen = { run, token, runToken: publishedToken(token), process };
    if (isRuledOut(transaction.snapshot.services.get(known), seen)) continue;
    if ((runs.get(known)?.run ?? -1) < run) runs.set(known, seen);
  }
  return new Map([...runs].toSorted(([one], [other]) => services.indexOf(one) - services.indexOf(other)));
}

/** Whether the journal knows that run, and it is an earlier run with the same number or has another process. */
function isRuledOut(service: ServiceSnapshot | undefined, found: FoundRun): boolean {
  if (service?.run !== found.run) return false;
  if (service.runToken !== undefined && service.runToken !== found.runToken) return true;
  // The service itself has ended; this process was started by it, in a session of its own.
  return service.pid !== undefined && service.pid !== found.process.pid;
}
