// A fake launcher and supervisor: processes are objects that a test ends; time is a manual clock.

import { createDeferred, type Deferred } from '../../src/base/deferred.js';
import type { LaunchedService, Launcher, LaunchRequest, ProcessEnd } from '../../src/launcher/launcher.js';
import { publishedToken } from '../../src/processes/run-token.js';
import { RunRegistry } from '../../src/supervision/run-registry.js';
import type { EventBody } from '../../src/supervision/snapshot.js';
import { Supervisor } from '../../src/supervision/supervisor.js';
import type { SupervisorPorts } from '../../src/supervision/supervisor-ports.js';
import { createTransaction, type Transaction } from '../../src/supervision/transaction.js';
import { TransactionStore } from '../../src/supervision/transaction-store.js';
import { testConfiguration, type ServiceSpec } from './context.js';
import { ManualClock } from './manual-clock.js';
import { id, TRANSACTION } from './harness.js';

export class FakeProcess implements LaunchedService {
  readonly #ended = createDeferred<ProcessEnd>();
  readonly ended = this.#ended.promise;
  /** The stops so far: `requested` by command, `unreachable` for a command, `killed`. */
  readonly stops: string[] = [];
  readonly pid: number;
  /** Undefined for an adopted process. */
  readonly request: LaunchRequest | undefined;

  constructor(pid: number, request?: LaunchRequest) {
    this.pid = pid;
    this.request = request;
  }

  stop(sendCommand: () => boolean, atOnce: boolean): void {
    this.stops.push(atOnce ? 'killed' : sendCommand() ? 'requested' : 'unreachable');
  }

  end(end: Partial<ProcessEnd> = {}): void {
    this.#ended.resolve({ exitCode: 0, signal: undefined, killed: [], ...end });
  }
}

export interface FakeOptions {
  /** Builds wait until the test resolves them in `builds`. */
  readonly isBuildSlow?: boolean;
  readonly buildError?: Error;
  readonly launchError?: Error;
}

export interface FakePorts {
  readonly clock: ManualClock;
  readonly transactions: TransactionStore;
  readonly ports: SupervisorPorts;
  /** All launched and adopted processes, in order; pids of launched ones start at 1000. */
  readonly processes: FakeProcess[];
  /** Pending builds by service; only with `isBuildSlow`. */
  readonly builds: Map<string, Deferred<string>>;
  /** The calls of the ports, such as `start a` (a command) and `report a failed`. */
  readonly calls: string[];
}

export function createFakePorts(options: FakeOptions = {}): FakePorts {
  const clock = new ManualClock();
  const transactions = new TransactionStore();
  const processes: FakeProcess[] = [];
  const builds = new Map<string, Deferred<string>>();
  const calls: string[] = [];
  const add = (process: FakeProcess) => {
    processes.push(process);
    return process;
  };
  const launcher: Launcher = {
    launch: (request) =>
      options.launchError === undefined
        ? Promise.resolve(add(new FakeProcess(1000 + processes.length, request)))
        : Promise.reject(options.launchError),
    adopt: ({ process }) => add(new FakeProcess(process.pid)),
  };
  const ports: SupervisorPorts = {
    ...{ clock, transactions, launcher },
    random: { fraction: () => 0.5 },
    prepare: async (service) => {
      if (options.buildError !== undefined) throw options.buildError;
      if (options.isBuildSlow !== true) return { module: `/build/${service.id}.mjs`, codeHash: 'c1' };
      const build = createDeferred<string>();
      builds.set(service.id, build);
      return { module: await build.promise, codeHash: 'c1' };
    },
    bootstrap: (_transaction, service, { module }) => ({ serviceId: service.id, module }) as never,
    token: (_transaction, service, run) => `${service.id}/${run}`,
    outbox: {
      command: (_transaction, service, action) => calls.push(`${action} ${service.id}`) > 0,
      publishStart: (_transaction, service) => calls.push(`publish start ${service.id}`),
      report: (_transaction, service, { action }) => calls.push(`report ${service.id} ${action}`),
      onChange: () => undefined,
    },
    saveLater: () => undefined,
    onRecord: () => undefined,
  };
  return { clock, transactions, ports, processes, builds, calls };
}

export interface TestSupervisor extends FakePorts {
  readonly supervisor: Supervisor;
  readonly transaction: Transaction;
}

export function openSupervisor(
  specs: readonly Omit<ServiceSpec, 'instance'>[],
  options: FakeOptions = {},
): TestSupervisor {
  const fake = createFakePorts(options);
  const supervisor = new Supervisor(fake.ports);
  const transaction = createTestTransaction(specs, fake.clock);
  fake.transactions.add(transaction);
  return { ...fake, supervisor, transaction };
}

export function createTestTransaction(
  specs: readonly Omit<ServiceSpec, 'instance'>[],
  clock: ManualClock,
): Transaction {
  const all = specs.map((each) => ({ instance: 'Forever', ...each }));
  return createTransaction(TRANSACTION, testConfiguration(all), clock.now());
}

/** Resolves when all steps that wait for neither time nor a process are done. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A run registry of these services; `events` records the events that it applies. */
export function openRegistry(options: FakeOptions = {}, services: readonly string[] = ['a']) {
  const fake = createFakePorts(options);
  const transaction = createTestTransaction(
    services.map((each) => ({ id: each })),
    fake.clock,
  );
  fake.transactions.add(transaction);
  const events: EventBody[] = [];
  const registry = new RunRegistry(fake.ports, (_transaction, event) => void events.push(event));
  return {
    ...fake,
    transaction,
    registry,
    events,
    launch: async (service = 'a', run = 1) => {
      registry.launch(transaction, id(service), run);
      await settle();
    },
    adopt: (run: number, pid: number) =>
      registry.adopt(transaction, id('a'), {
        run,
        token: `a/${run}`,
        runToken: publishedToken(`a/${run}`),
        process: processEntry(pid),
      }),
    stop: (run = 1, atOnce = false, service = 'a') =>
      registry.stop(transaction, { type: 'stop', service: id(service), run, atOnce }),
    has: (service = 'a') => transaction.runs.has(id(service)),
    release: (service: string) => transaction.runs.get(id(service))?.releasePermit(),
  };
}

/** An entry of the process table. */
export const processEntry = (pid: number) => ({
  pid,
  startTime: '1',
  parent: 1,
  group: pid,
  name: 'node',
  token: undefined,
});
