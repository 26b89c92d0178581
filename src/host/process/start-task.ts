// Runs a task in the main thread: the connection of the host is its bus.

import { taskEndpoints } from '../host-credentials.js';
import type { HostBus } from '../host-bus.js';
import type { StartRun } from '../hosted-run.js';
import { TaskRunner } from '../task-runner.js';

export const startTask: StartRun = ({ bootstrap }, ports) => {
  const { host, security, endProcess, connection, subscribe, presence, logFile } = ports;
  const { program } = bootstrap;
  const { id, publisher } = connection;
  const bus: HostBus = { id, publisher, subscribe, publish: (...message) => connection.publish(...message) };
  // Imported on demand, to keep the start of other services fast.
  const load =
    program &&
    (async () => (await import('../program/program-task.js')).programService(bootstrap, program, ports));
  const runner = new TaskRunner(bootstrap, bus, logFile, {
    presence,
    endpoints: taskEndpoints(host.endpoints, security),
    ...(load && { load }),
  });
  return {
    ended: runner.run().then((exitCode) => ({ exitCode })),
    stop: () => runner.stop(),
    crash: (error) => runner.crash(error),
    terminate: endProcess,
  };
};
