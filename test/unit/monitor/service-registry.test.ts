import { expect, it } from 'vitest';
import type { HeartbeatBody } from '../../../src/messages/heartbeat.js';
import { ServiceRegistry } from '../../../src/monitor/service-registry.js';

function beat(lagMs: number, runToken: string | undefined, pid = 7): HeartbeatBody {
  return {
    header: {
      service_id: 'ts_1',
      service_transaction: 'T1',
      ...(runToken === undefined ? {} : { run_token: runToken }),
    },
    content: { pid, started_at: '', state: 'started', seq: 1, ready: true, event_loop_lag_ms: lagMs },
  };
}

function watch(registry: ServiceRegistry, runToken: string | undefined, pid: number | null = 7): void {
  registry.update({
    contextId: 'c',
    contextName: 'context',
    contextLogName: 'c',
    configuration: { FrontEndEndpoint: '', BackendEndpoint: '', FrontBind: '', BackendBind: '' },
    tasks: [
      {
        service_id: 'ts_1',
        pid,
        ...(runToken === undefined ? {} : { run_token: runToken }),
        action: 'started',
        state: 'success',
        serviceName: 's',
        instance: 'A',
        task: {},
      },
    ],
  });
}

it('The lag of a service is that of its present run', () => {
  const registry = new ServiceRegistry('T1');
  const lag = () => registry.services[0]?.lagMs;
  watch(registry, 'r1');
  registry.onHeartbeat(beat(5, 'r1'));
  expect(lag()).toBe(5);
  // Another thread of the same process.
  watch(registry, 'r2');
  expect(lag()).toBeUndefined();
  registry.onHeartbeat(beat(6, 'r2'));
  expect(lag()).toBe(6);
  // A service that sends no run token.
  registry.onHeartbeat(beat(8, undefined));
  expect(lag()).toBe(8);
  registry.onHeartbeat(beat(9, undefined, 6));
  expect(lag()).toBeUndefined();
  watch(registry, 'r2', null);
  expect(lag()).toBeUndefined();
});
