// Runs a task in the main thread: the connection of the host is its bus.

import { taskEndpoints } from '../host-credentials.js';
import type { HostBus } from '../host-bus.js';
import type { MainThread, StartRun } from '../hosted-run.js';
import { TaskRunner } from '../task-runner.js';

export function startTask({ bus, groups, security, terminate }: MainThread): StartRun {
  return ({ bootstrap }, { connection, subscribe, presence, logFile }) => {
    const { program } = bootstrap;
    const { id, publisher } = connection;
    const own: HostBus = {
      id,
      publisher,
      subscribe,
      publish: (...message) => connection.publish(...message),
    };
    // Imported on demand, to keep the start of other services fast.
    const load =
      program &&
      (async () => {
        const { programService } = await import('../program/program-task.js');
        return programService(bootstrap, program, { bus, groups, log: logFile });
      });
    const runner = new TaskRunner(bootstrap, own, logFile, {
      presence,
      endpoints: taskEndpoints(bus.endpoints, security),
      ...(load && { load }),
    });
    return {
      ended: runner.run().then((exitCode) => ({ exitCode })),
      stop: () => runner.stop(),
      crash: (error) => runner.crash(error),
      terminate,
    };
  };
}
