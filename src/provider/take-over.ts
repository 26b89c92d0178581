// Goes on from what an earlier provider left: its journal, and the services that still live.

import type { Clock } from '../base/clock.js';
import type { ContextFile } from '../model/read/read-context.js';
import type { ServiceId, TransactionId } from '../base/ids.js';
import type { CommandAnswer } from './commands/command-context.js';
import { locateControlGroup, removeEmptyGroups } from '../processes/control-group.js';
import { readProcessTable } from '../processes/process-table.js';
import { findServices, findTokenless, tokensOf, type FoundService } from '../processes/find-runs.js';
import type { ThreadLauncher } from '../launcher/thread-launcher.js';
import { sweep, type SweepResult } from '../processes/kill-tree.js';
import { restoreService } from './journal-source.js';
import { readJournal, type JournalReadResult, type JournaledTransaction } from '../journal/journal.js';
import { checkOrigin, originOf } from '../journal/journal-origin.js';
import type { Notice } from '../messages/notice.js';
import type { IdempotencyCache } from './idempotency-cache.js';
import { endEarlierReapers } from '../launcher/orphan-reaper/reaper.js';
import type { FoundRun } from '../supervision/run-registry.js';
import type { ServiceSnapshot } from '../supervision/snapshot.js';
import type { Supervisor } from '../supervision/supervisor.js';
import { createTransaction, type Transaction } from '../supervision/transaction.js';

export interface TakeOverPorts {
  readonly stateFolder: string;
  /** The provider's own. */
  readonly file: ContextFile;
  /** Whose services are looked for: see processes/run-token.ts. */
  readonly owner: string;
  readonly supervisor: Supervisor;
  readonly threads: ThreadLauncher;
  /** Where this provider makes control groups, if it can. */
  readonly controlGroups: string | undefined;
  readonly once: IdempotencyCache<CommandAnswer>;
  readonly clock: Clock;
  readonly notice: (notice: Notice) => void;
}

/** A transaction that an earlier provider had. */
export interface TakenOver {
  readonly transaction: TransactionId;
  readonly contextId: string;
  /** How many of its services were found alive. */
  readonly adopted: number;
}

/**
 * Every service of the journal is told whether a process of it was found; the living keep theirs. What
 * carries our mark but is in no journal cannot be supervised by anybody, and is ended. Throws CTX_JOURNAL_FOREIGN.
 */
export async function takeOver(ports: TakeOverPorts): Promise<readonly TakenOver[]> {
  await endEarlierReapers(ports.owner);
  const reading = readJournal(ports.stateFolder);
  const { content, fault } = reading;
  if (content !== undefined) checkOrigin(content, originOf(ports.file), ports.stateFolder);
  if (fault !== undefined) ports.notice({ kind: 'warning', text: `${fault}; ${describeFallback(reading)}` });
  for (const { messageId, atMs = ports.clock.now(), ...answer } of content?.answers ?? [])
    ports.once.remember({ messageId, answer, atMs });
  const found = [...(await ports.threads.find()), ...findServices(ports.owner)];
  const left = new Set(found);
  const taken: TakenOver[] = [];
  for (const journaled of content?.transactions ?? []) {
    const transaction = restoreTransaction(journaled, ports.clock.now());
    const runs = newestRuns(found, transaction);
    for (const each of found)
      if (runs.get(each.service as ServiceId)?.token === each.token) left.delete(each);
    ports.supervisor.recover(transaction, runs);
    const { ContextID: contextId } = transaction.configuration;
    taken.push({ transaction: transaction.id, contextId, adopted: runs.size });
    const adopted = [...runs].map(([id, { process }]) => `${id} (pid ${process.pid})`).join(', ');
    if (adopted !== '') ports.notice({ kind: 'warning', text: `adopted in ${transaction.id}: ${adopted}` });
  }
  for (const each of left) {
    if (ports.threads.has(each.token)) await ports.threads.end(each);
    else await endStranger(ports, each);
  }
  await endTokenless(ports);
  return taken;
}

function restoreTransaction(journaled: JournaledTransaction, atMs: number): Transaction {
  const { id, configuration, records, services, history } = journaled;
  const transaction = createTransaction(id, configuration, atMs);
  transaction.history.push(...history.map((record) => ({ service: undefined, ...record })));
  const known = new Map(transaction.snapshot.services);
  for (const service of services) {
    const fresh = known.get(service.id);
    if (fresh !== undefined) known.set(service.id, { ...fresh, ...restoreService(service) });
  }
  transaction.snapshot = { ...transaction.snapshot, services: known, records };
  return transaction;
}

/** Of each service the run that was launched last; an earlier one is on its way out. */
function newestRuns(
  found: readonly FoundService[],
  transaction: Transaction,
): ReadonlyMap<ServiceId, FoundRun> {
  // In the order of the context, whatever the order of the processes.
  const services = [...transaction.snapshot.services.keys()];
  const runs = new Map<ServiceId, FoundRun>();
  for (const { transaction: id, service, run, token, process } of found) {
    const known = services.find((each) => each === service);
    if (id !== transaction.id || known === undefined || process === undefined) continue;
    // The service itself is gone; this is a process it has started, in a session of its own.
    if (isOtherProcess(transaction.snapshot.services.get(known), run, process.pid)) continue;
    if ((runs.get(known)?.run ?? -1) < run) runs.set(known, { run, token, process });
  }
  return new Map([...runs].toSorted(([one], [other]) => services.indexOf(one) - services.indexOf(other)));
}

function isOtherProcess(service: ServiceSnapshot | undefined, run: number, pid: number): boolean {
  return service?.run === run && service.pid !== undefined && service.pid !== pid;
}

async function endStranger(ports: TakeOverPorts, found: FoundService): Promise<void> {
  const { token, process: leader } = found;
  const member = readProcessTable().find((each) => each.token === token);
  const controlGroup = member && locateControlGroup(member.pid, token);
  tellEnded(ports, `${found.service} of ${found.transaction}`, await sweep({ token, leader, controlGroup }));
}

/** Of runs of which nothing else is left. */
async function endTokenless({ owner, controlGroups, ...ports }: TakeOverPorts): Promise<void> {
  const known = findTokenless(owner, tokensOf(owner));
  if (known.length > 0) tellEnded(ports, 'earlier runs', await sweep({ token: owner, known }));
  if (controlGroups !== undefined) removeEmptyGroups(controlGroups, owner);
}

function tellEnded(
  { notice }: Pick<TakeOverPorts, 'notice'>,
  what: string,
  { killed, left }: SweepResult,
): void {
  if (killed.length > 0)
    notice({ kind: 'warning', text: `ended what was left of ${what}: ${killed.join(', ')}` });
  if (left.length > 0)
    notice({ kind: 'warning', text: `could not end what was left of ${what}: ${left.join(', ')}` });
}

function describeFallback({ content, isLastGood }: JournalReadResult): string {
  if (content === undefined) return 'going on without one';
  return isLastGood ? 'going on with the last good one' : 'going on with what stands before that';
}
