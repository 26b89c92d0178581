// Puts the parts of a provider together, and takes over what an earlier one left.

import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Closers } from '../base/closers.js';
import type { Clock } from '../base/clock.js';
import { ContextdError } from '../base/errors.js';
import { Connection, type BusEndpoints } from '../bus/connection.js';
import { isLocalEndpoint, narrowBind, reachableEndpoint } from '../bus/endpoint.js';
import { Forwarder, type ForwarderBinds } from '../bus/forwarder.js';
import { registerProvider } from '../bus/registry.js';
import { HEARTBEATS } from '../messages/topics.js';
import type { ContextConfiguration } from '../model/context.js';
import type { ContextFile } from '../model/read-context.js';
import type { CommandAnswer, CommandPorts } from './commands/call.js';
import { serveFigures } from './commands/serve-figures.js';
import { createSupervisor, createThreads, serviceRootsOf } from './compose-supervisor.js';
import { Costs } from './costs.js';
import { Desk } from './desk.js';
import { INBOX_TOPICS } from './inbox.js';
import { JournalWriter } from './journal.js';
import { ownerOf } from './launcher/adoption.js';
import type { ThreadLauncher } from './launcher/thread-launcher.js';
import { LimitGuard } from './limit-guard.js';
import { checkLocation } from './locate-service.js';
import { acquireLock } from './lock.js';
import type { Notice } from './notice.js';
import { Once } from './once.js';
import { Paced } from './paced.js';
import { answerQuestion, type QuestionPorts } from './questions.js';
import { Rejects } from './rejects.js';
import { Speaker } from './speaker.js';
import type { Supervisor } from './supervisor.js';
import { createSampler } from '../sampler/sampler.js';
import { composeJournal, takeOver, type TakenOver } from './take-over.js';

/** How often the provider looks for services that have fallen silent. */
const SILENCE_LOOK_MS = 1000;

export interface AssembleRequest {
  readonly file: ContextFile;
  readonly serviceRoots: readonly string[];
  readonly insecure: boolean;
  readonly notice: (notice: Notice) => void;
  readonly clock: Clock;
  /** To be called when a client's `exit` has been answered. */
  readonly exit: () => void;
}

export interface ProviderParts {
  readonly endpoints: BusEndpoints;
  readonly connection: Connection;
  readonly supervisor: Supervisor;
  readonly speaker: Speaker;
  readonly desk: Desk;
  readonly journal: JournalWriter;
  readonly commandPorts: CommandPorts;
  /** What an earlier provider has left. */
  readonly taken: readonly TakenOver[];
}

/** Throws BUS_ADDRESS_IN_USE, BUS_BIND_REFUSED or CTX_JOURNAL_HELD; `closers` undo what was done. */
export async function assemble(request: AssembleRequest, closers: Closers): Promise<ProviderParts> {
  const { file, notice, clock } = request;
  const { ContextID: contextId } = file.configuration;
  const forwarder = await Forwarder.open(bindsOf(file.configuration, request.insecure));
  closers.add(() => forwarder.close());
  const stateFolder = join(realpathSync(file.folder), '.contextd', contextId);
  closers.add(acquireLock(stateFolder, contextId));
  const parts = connectParts(request, { forwarder, stateFolder, closers });
  await parts.connection.ready();
  const taken = await takeOver({ ...parts, stateFolder, owner: ownerOf(stateFolder), clock, notice });
  parts.desk.open();
  watchSilence(parts.supervisor, clock, closers);
  guardLimits(parts.supervisor, request, closers);
  const { publish: frontend, subscribe: backend } = parts.endpoints;
  const entry = { pid: process.pid, contextId, contextFile: file.path, endpoints: parts.endpoints };
  closers.add(await registerProvider(entry));
  notice({ kind: 'ready', contextId, frontend, backend });
  return { ...parts, taken };
}

interface Foundation {
  readonly forwarder: Forwarder;
  readonly stateFolder: string;
  readonly closers: Closers;
}

interface ConnectedParts extends Omit<ProviderParts, 'taken'> {
  readonly once: Once<CommandAnswer>;
  readonly threads: ThreadLauncher;
}

function connectParts(
  request: AssembleRequest,
  { forwarder, stateFolder, closers }: Foundation,
): ConnectedParts {
  const { file, notice, clock } = request;
  const endpoints = {
    publish: reachableEndpoint(forwarder.endpoints.publish),
    subscribe: reachableEndpoint(forwarder.endpoints.subscribe),
  };
  const once = new Once<CommandAnswer>();
  // Frames come only when all of this has been put together: reading needs a turn of the event loop.
  const connection = new Connection(forwarder.inproc, INBOX_TOPICS, (frame) => desk.receive(frame));
  closers.add(() => connection.close());
  connection.subscribePrefix(HEARTBEATS);
  const transactions = () => [...supervisor.transactions.values()];
  const speaker = new Speaker({ connection, clock, transactions, notice });
  const compose = () => composeJournal(supervisor, once);
  const journal = new JournalWriter(stateFolder, compose, (text) => notice({ kind: 'warning', text }));
  const paced = new Paced(clock, () => void journal.flush());
  const changed = () => paced.changed();
  const roots = serviceRootsOf(file, request.serviceRoots);
  const threads = createThreads({ file, clock, closers, connection, endpoints, stateFolder });
  const common = { file, roots, clock, notice, closers, speaker, threads, endpoints, stateFolder, changed };
  const supervisor = createSupervisor(common);
  const persist = () => journal.flush();
  const commandPorts = composeCommandPorts({ file, roots, clock, supervisor, persist });
  const costs = new Costs({ clock, createSampler });
  closers.add(() => costs.close());
  const questionPorts: QuestionPorts = {
    ...{ transactions: supervisor.transactions, stateFolder, costs, clock },
    serve: async (transaction, asked, cause) => {
      desk.checkOpen();
      await serveFigures(commandPorts, transaction, { request: asked, cause });
    },
  };
  const { exit } = request;
  const desk = new Desk({
    self: connection.id,
    supervisor,
    threads,
    answer: (asked) => answerQuestion(questionPorts, asked),
    speaker,
    once,
    commandPorts,
    notice,
    persist,
    exit,
  });
  connection.publisher.onSubscription((topic) => desk.greet(topic));
  return { endpoints, connection, supervisor, speaker, desk, journal, commandPorts, once, threads };
}

interface CommandParts {
  readonly file: ContextFile;
  readonly roots: readonly string[];
  readonly clock: Clock;
  readonly supervisor: Supervisor;
  readonly persist: () => Promise<void>;
}

function composeCommandPorts({ file, roots, clock, supervisor, persist }: CommandParts): CommandPorts {
  let own = file.configuration;
  return {
    supervisor,
    clock,
    persist,
    get ownConfiguration() {
      return own;
    },
    reloaded: (configuration) => {
      if (configuration.ContextID === own.ContextID) own = configuration;
    },
    checkLocations: (services) => {
      for (const service of services) {
        const { location } = service.Task.message.content.configuration;
        if (location !== '') checkLocation(service, location, roots);
      }
    },
  };
}

/** A look that comes late does not count: it was we who did not listen. */
function watchSilence(supervisor: Supervisor, clock: Clock, closers: Closers): void {
  let lookedMs = clock.now();
  let cancel = clock.after(SILENCE_LOOK_MS, look);
  closers.add(() => cancel());
  function look() {
    const nowMs = clock.now();
    if (nowMs - lookedMs < 2 * SILENCE_LOOK_MS) supervisor.lookForSilence();
    lookedMs = nowMs;
    cancel = clock.after(SILENCE_LOOK_MS, look);
  }
}

function guardLimits(supervisor: Supervisor, { clock, notice }: AssembleRequest, closers: Closers): void {
  const rejects = new Rejects(clock);
  const guard = new LimitGuard({
    clock,
    createSampler,
    transactions: () => supervisor.transactions.values(),
    exceed: (transaction, service, excess) => supervisor.exceed(transaction, service, excess),
    reject: (error) => {
      const text = rejects.note(error);
      if (text !== undefined) notice({ kind: 'warning', text: `limits could not be watched: ${text}` });
    },
  });
  closers.add(() => guard.close());
}

/** Throws BUS_BIND_REFUSED for an address that other machines can reach, unless that is wanted. */
function bindsOf(configuration: ContextConfiguration, insecure: boolean): ForwarderBinds {
  const frontend = narrowBind(configuration.FrontBind, configuration.BackendEndpoint);
  const backend = narrowBind(configuration.BackendBind, configuration.FrontEndEndpoint);
  const open = [frontend, backend].find((bind) => !isLocalEndpoint(bind));
  if (open === undefined || insecure) return { frontend, backend };
  throw new ContextdError(
    'BUS_BIND_REFUSED',
    `${open} can be reached from other machines, and nothing protects it`,
    {
      hint: 'bind to 127.0.0.1, or say --insecure if every machine that can reach it may run commands here',
    },
  );
}
