// A task lifecycle without a host, whose ports record all calls in order.

import { createDeferred } from '../../src/base/deferred.js';
import { silentLogger } from '../../src/base/logger.js';
import { Lifecycle } from '../../src/task/lifecycle.js';
import type { TaskConfiguration } from '../../src/task/task.js';

export const IDENTITY = {
  serviceId: 'ts_1',
  serviceName: 'test',
  instance: 'Test',
  transaction: 'TX0001',
  contextId: 'context001',
};

export function createLifecycle(configuration: TaskConfiguration = {}) {
  const calls: string[] = [];
  const isStarted = createDeferred<void>();
  const lifecycle = new Lifecycle({
    cleanUpTimeoutMs: 20,
    context: {
      identity: IDENTITY,
      endpoints: { subscribe: 'tcp://127.0.0.1:5556', publish: 'tcp://127.0.0.1:5557' },
      configuration,
      log: silentLogger,
      notify: (action, items) => void calls.push(`${action} ${JSON.stringify(items)}`),
      flush: () => Promise.resolve(),
    },
    started: () => {
      calls.push('started');
      isStarted.resolve();
    },
  });
  return { lifecycle, calls, started: isStarted.promise };
}
