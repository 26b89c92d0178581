// A supervisor with a launcher that starts nothing: a test says when a process comes and how it ends.

import { createDeferred, type Deferred } from '../../src/base/deferred.js';
import type { LaunchedService, Launcher, LaunchRequest, ProcessEnd } from '../../src/launcher/launcher.js';
import { Supervisor } from '../../src/supervision/supervisor.js';
import { createTransaction, type Transaction } from '../../src/supervision/transaction.js';
import { testConfiguration, type ServiceSpec } from './context.js';
import { ManualClock } from './manual-clock.js';
import { TRANSACTION } from './harness.js';

export class FakeProcess implements LaunchedService {
  readonly #ended = createDeferred<ProcessEnd>();
  readonly ended = this.#ended.promise;
  /** What was asked of it: `asked`, `unheard`, `killed`. */
  readonly stops: string[] = [];
  readonly pid: number;
  readonly order: LaunchRequest;

  constructor(pid: number, order: LaunchRequest) {
    this.pid = pid;
    this.order = order;
  }

  stop(ask: () => boolean, atOnce: boolean): void {
    this.stops.push(atOnce ? 'killed' : ask() ? 'asked' : 'unheard');
  }

  end(end: Partial<ProcessEnd> = {}): void {
    this.#ended.resolve({ exitCode: 0, signal: undefined, killed: [], ...end });
  }
}

export interface TestSupervisor {
  readonly clock: ManualClock;
  readonly supervisor: Supervisor;
  readonly transaction: Transaction;
  readonly processes: FakeProcess[];
  /** Builds that wait, by service; only with `isBuildSlow`. */
  readonly builds: Map<string, Deferred<string>>;
  /** What the supervisor had others do, such as `start a` (a command) and `report a failed`. */
  readonly calls: string[];
}

export function openSupervisor(
  specs: readonly Omit<ServiceSpec, 'instance'>[],
  options: { readonly isBuildSlow?: boolean; readonly launchError?: Error } = {},
): TestSupervisor {
  const clock = new ManualClock();
  const processes: FakeProcess[] = [];
  const builds = new Map<string, Deferred<string>>();
  const said: string[] = [];
  const launcher: Launcher = {
    launch: (order) => {
      if (options.launchError !== undefined) return Promise.reject(options.launchError);
      const process = new FakeProcess(1000 + processes.length, order);
      processes.push(process);
      return Promise.resolve(process);
    },
    adopt: () => {
      throw new Error('no earlier provider has left anything here');
    },
  };
  const supervisor = new Supervisor({
    clock,
    launcher,
    prepare: (service) => {
      if (options.isBuildSlow !== true)
        return Promise.resolve({ module: `/build/${service.id}.mjs`, codeHash: 'c1' });
      const build = createDeferred<string>();
      builds.set(service.id, build);
      return build.promise.then((module) => ({ module, codeHash: 'c1' }));
    },
    bootstrap: (_transaction, service, { module }) => ({ serviceId: service.id, module }) as never,
    logFile: (_transaction, service) => `/logs/${service.id}.log`,
    workingFolder: '/work',
    token: (_transaction, service, run) => `${service.id}/${run}`,
    command: (_transaction, service, action) => said.push(`${action} ${service.id}`) > 0,
    publishStart: (_transaction, service) => said.push(`tell start ${service.id}`),
    report: (_transaction, service, { action }) => said.push(`report ${service.id} ${action}`),
    onChange: () => undefined,
    onRecordsOnly: () => undefined,
    onRecord: () => undefined,
  });
  const all = specs.map((each) => ({ instance: 'Forever', ...each }));
  const transaction = createTransaction(TRANSACTION, testConfiguration(all), clock.now());
  supervisor.add(transaction);
  return { clock, supervisor, transaction, processes, builds, calls: said };
}
