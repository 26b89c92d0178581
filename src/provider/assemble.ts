// Puts the parts of a provider together, and takes over what an earlier one left.

import type { Closers } from '../base/closers.js';
import type { Clock } from '../base/clock.js';
import { checkFolder } from '../base/private-files.js';
import { Connection, type BusEndpoints } from '../bus/connection.js';
import type { ForwarderProcess } from '../bus/forwarder-process.js';
import { HEARTBEATS } from '../messages/topics.js';
import type { ContextFile } from '../model/read/read-context.js';
import { CommandLane } from './command-lane.js';
import type { CommandAnswer, CommandPorts } from './commands/command-context.js';
import { ensureMonitor } from './commands/ensure-monitor.js';
import { composeCommandPorts } from './compose-commands.js';
import { createPreparation, createSupervisor, createThreads } from './compose-supervisor.js';
import { UsageProbe } from './usage-probe.js';
import { Dispatcher } from './dispatcher.js';
import { resolveBinds, openForwarder, ownSecurity, reachableEndpoints } from './open-forwarder.js';
import { ProviderStats } from './stats.js';
import { enforceLimits } from '../supervision/enforce-limits.js';
import { inboxTopics } from './inbox.js';
import { SupervisorJournal } from './journal-source.js';
import { Health } from '../base/health.js';
import { JournalWriter } from '../journal/journal-writer.js';
import { MonitoredLock, monitoredSockets, MonitoredRegistration } from '../journal/recreated-files.js';
import { ownerOf } from '../processes/run-token.js';
import type { ThreadLauncher } from '../launcher/thread-launcher.js';
import { serviceRootsOf } from '../launcher/locate-service.js';
import type { Notice } from '../messages/notice.js';
import { IdempotencyCache } from './idempotency-cache.js';
import { AdaptiveThrottle } from './adaptive-throttle.js';
import { answerQuery, type QueryPorts } from './queries.js';
import type { Authorizer } from '../security/authorizer.js';
import { openSecurity, type ProviderSecurity } from '../security/open-security.js';
import { stateFolderOf } from './service-logs.js';
import { Outbox } from './outbox.js';
import type { Supervisor } from '../supervision/supervisor.js';
import { RunTracker } from '../processes/run-tracker.js';
import { createSampler } from '../sampler/sampler.js';
import { startHeartbeatChecks } from '../supervision/check-heartbeats.js';
import { FileMonitor } from '../journal/file-monitor.js';
import { takeOver, type TakenOver } from './take-over.js';

/** The journal may be later than a change; what is answered or acknowledged is in it before. */
const JOURNAL_PACE = { share: 0.1, mostMs: 100 };

export interface AssembleRequest {
  readonly file: ContextFile;
  readonly serviceRoots: readonly string[];
  readonly insecure: boolean;
  readonly notice: (notice: Notice) => void;
  readonly clock: Clock;
  /** The context's own: see ProviderOptions. */
  readonly stateFolder: string | undefined;
  /** As in ProviderOptions. */
  readonly hasControlGroups: boolean;
  /** To be called when a client's `exit` has been answered. */
  readonly exit: () => void;
}

export interface ProviderParts {
  readonly endpoints: BusEndpoints;
  readonly connection: Connection;
  readonly supervisor: Supervisor;
  readonly speaker: Outbox;
  readonly desk: Dispatcher;
  readonly journal: JournalWriter;
  readonly commandPorts: CommandPorts;
  /** What an earlier provider has left. */
  readonly taken: readonly TakenOver[];
}

/** Throws BUS_ADDRESS_IN_USE, BUS_BIND_REFUSED or CTX_JOURNAL_HELD; `closers` undo what was done. */
export async function assemble(request: AssembleRequest, closers: Closers): Promise<ProviderParts> {
  const { file, notice, clock } = request;
  const { ContextID: contextId } = file.configuration;
  const { stateFolder = stateFolderOf(file.folder, contextId) } = request;
  const isOpen = request.insecure || file.security !== undefined;
  const binds = resolveBinds(file.configuration, isOpen);
  const warn = (text: string) => notice({ kind: 'warning', text });
  checkFolder(stateFolder);
  const security = file.security && openSecurity({ settings: file.security, stateFolder, clock, warn });
  const health = new Health((text) => notice({ kind: 'warning', text }));
  const forwarder = await openForwarder(binds, security, { clock, warn, health });
  closers.add(() => forwarder.close());
  const lock = await MonitoredLock.acquire(stateFolder, contextId);
  closers.add(() => lock.release());
  const tracker = new RunTracker(clock, request.hasControlGroups);
  closers.add(() => tracker.close());
  const parts = connectParts(request, { forwarder, stateFolder, closers, security, health, tracker });
  await parts.connection.ready();
  const owner = ownerOf(stateFolder);
  const controlGroups = tracker.base;
  const taken = await takeOver({ ...parts, file, stateFolder, owner, controlGroups, clock, notice });
  parts.desk.open();
  startHeartbeatChecks(parts.supervisor, clock, closers);
  enforceLimits(parts.supervisor, request, closers);
  const { publish: frontend, subscribe: backend } = parts.endpoints;
  const place = { contextFile: file.path, folder: file.folder, endpoints: parts.endpoints };
  const serverKey = security === undefined ? {} : { serverKey: security.serverKey };
  const registered = await MonitoredRegistration.open(
    { pid: process.pid, contextId, ...place, ...serverKey },
    warn,
  );
  closers.add(() => registered.release());
  const lost = async () => {
    await parts.journal.stop();
    request.exit();
  };
  const upkeep = new FileMonitor({ clock, health }, [
    lock.monitoredFile(() => void lost()),
    parts.journal.monitoredFile,
    registered.monitoredFile,
    ...monitoredSockets(parts.endpoints),
  ]);
  await upkeep.check();
  closers.add(() => upkeep.close());
  notice({ kind: 'ready', contextId, frontend, backend });
  return { ...parts, taken };
}

interface Foundation {
  readonly forwarder: ForwarderProcess;
  readonly stateFolder: string;
  readonly closers: Closers;
  readonly security: ProviderSecurity | undefined;
  readonly tracker: RunTracker;
  readonly health: Health;
}

interface ConnectedParts extends Omit<ProviderParts, 'taken'> {
  readonly once: IdempotencyCache<CommandAnswer>;
  readonly threads: ThreadLauncher;
}

function connectParts(
  request: AssembleRequest,
  { forwarder, stateFolder, closers, security, tracker, health }: Foundation,
): ConnectedParts {
  const { file, notice, clock } = request;
  const endpoints = reachableEndpoints(forwarder);
  const once = new IdempotencyCache<CommandAnswer>(clock);
  // Frames come only when all of this has been put together: reading needs a turn of the event loop.
  const { authorizer: guard } = security ?? {};
  const lane = new CommandLane({ clock, receive: (frame) => desk.receive(frame) });
  const connection = connectProvider(lane, ownerOf(stateFolder), { endpoints, closers, security });
  const transactions = () => [...supervisor.transactions.values()];
  const readerOf = (transaction: string, service: string) =>
    guard?.services.publicKeyOf(transaction, service);
  const speaker = new Outbox({ connection, clock, transactions, notice, readerOf });
  const source = new SupervisorJournal(() => supervisor.transactions, once, file);
  const journal = new JournalWriter(stateFolder, { clock, source, health });
  closers.add(() => journal.stop());
  const paced = new AdaptiveThrottle(clock, () => journal.flush(), JOURNAL_PACE);
  const changed = () => paced.changed();
  const roots = serviceRootsOf(file, request.serviceRoots);
  const places = { file, clock, closers, endpoints, stateFolder, security, tracker };
  const threads = createThreads({ ...places, connection });
  const prepare = createPreparation({ ...places, roots });
  const common = { ...places, roots, notice, speaker, threads, changed, prepare };
  const supervisor = createSupervisor(common);
  const persist = () => journal.flush();
  const told = { persist, prepare, checkOpen: () => desk.checkOpen(), health };
  const commandPorts = composeCommandPorts({ file, roots, clock, supervisor, guard, ...told });
  const asked = { stateFolder, clock, closers, connection, journal, commandPorts, guard, forwarder };
  const questionPorts = composeQuestionPorts(asked, () => desk);
  const { exit } = request;
  const desk = new Dispatcher({
    self: connection.id,
    supervisor,
    threads,
    answer: (asked) => answerQuery(questionPorts, asked),
    speaker,
    once,
    commandPorts,
    notice,
    persist,
    health,
    exit,
    guard,
  });
  connection.publisher.onSubscribe((topic, subscription) => desk.onSubscribed(topic, subscription));
  return { endpoints, connection, supervisor, speaker, desk, journal, commandPorts, once, threads };
}

function connectProvider(
  lane: CommandLane,
  owner: string,
  {
    endpoints,
    closers,
    security,
  }: Pick<Foundation, 'closers' | 'security'> & { readonly endpoints: BusEndpoints },
): Connection {
  const own = ownSecurity(security);
  const connection = new Connection(endpoints, inboxTopics(owner), (frame) => lane.hear(frame), own);
  closers.add(() => connection.close());
  connection.subscribePrefix(HEARTBEATS);
  lane.connect(endpoints, connection.id, own);
  closers.add(() => lane.close());
  return connection;
}

type QuestionParts = Pick<ConnectedParts, 'connection' | 'journal' | 'commandPorts'> &
  Pick<Foundation, 'stateFolder' | 'closers' | 'forwarder'> & {
    readonly clock: Clock;
    readonly guard: Authorizer | undefined;
  };

/** The desk is there when the first question comes. */
function composeQuestionPorts(parts: QuestionParts, desk: () => Dispatcher): QueryPorts {
  const { stateFolder, clock, closers, connection, journal, commandPorts, guard, forwarder } = parts;
  const { transactions } = commandPorts.supervisor;
  const costs = new UsageProbe({ clock, createSampler });
  const dropped = () => desk().rejected;
  const figures = new ProviderStats({
    transactions,
    traffic: connection.traffic,
    journal: journal.cost,
    dropped,
    forwarder: () => forwarder.figures,
    health: commandPorts.health,
  });
  closers.add(() => {
    costs.close();
    figures.close();
    return desk().answered();
  });
  return {
    ...{ transactions, stateFolder, costs, clock, figures, guard },
    serve: async (transaction, asked, cause) => {
      commandPorts.checkOpen();
      await ensureMonitor(commandPorts, transaction, { request: asked, cause });
    },
  };
}
