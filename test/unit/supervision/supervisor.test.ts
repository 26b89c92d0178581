import { describe, expect, it } from 'vitest';
import type { EventAction } from '../../../src/messages/service-event.js';
import { publishedToken } from '../../../src/processes/run-token.js';
import { openSupervisor, settle, type TestSupervisor } from '../../helpers/fake-launcher.js';
import { id, TRANSACTION } from '../../helpers/harness.js';

async function request(
  testSupervisor: TestSupervisor,
  action: 'start' | 'restart' | 'stop',
  ...services: string[]
) {
  const common = { services: services.map(id), cause: 'm1' };
  const event =
    action === 'stop'
      ? ({ type: 'stop_requested', isWholeTransaction: false, ...common } as const)
      : ({ type: 'run_requested', action, ...common } as const);
  const settled = testSupervisor.supervisor.request(testSupervisor.transaction, event);
  await settle();
  return { settled };
}

function report(
  testSupervisor: TestSupervisor,
  service: string,
  action: EventAction,
  header: { readonly service_transaction?: string; readonly run_token?: string } = {},
): void {
  const pid = testSupervisor.transaction.snapshot.services.get(id(service))?.pid;
  testSupervisor.supervisor.onEvent({
    kind: 'service_event',
    header: {
      action,
      service_id: service,
      service_name: 'test',
      service_transaction: TRANSACTION,
      ...header,
    },
    content: { status: { result: 'success', device_action: '', pid } },
  });
}

const statusOf = (testSupervisor: TestSupervisor, service: string) =>
  testSupervisor.transaction.snapshot.services.get(id(service))?.status;

describe('Supervisor', () => {
  it('builds and launches, sends start, and answers when the service has started', async () => {
    const testSupervisor = openSupervisor([{ id: 'a' }]);
    const { settled } = await request(testSupervisor, 'start', 'a');
    expect(testSupervisor.processes[0]?.request).toMatchObject({
      bootstrap: { serviceId: 'a', module: '/build/a.mjs' },
      supervision: { start_timeout_s: 10 },
    });
    testSupervisor.supervisor.onSubscribed(TRANSACTION, 'a');
    expect(testSupervisor.calls).toEqual(['start a']);
    testSupervisor.clock.advance(40);
    report(testSupervisor, 'a', 'started');
    expect(testSupervisor.transaction.history.at(-1)?.atMs).toBe(testSupervisor.clock.now());
    expect(await settled).toEqual([{ service_id: 'a', state: 'started', pid: 1000, elapsed_ms: 40 }]);
    testSupervisor.supervisor.onSubscribed(TRANSACTION, 'a');
    expect(testSupervisor.calls).toEqual(['start a']);
  });

  it('requests a stop and answers when the process has ended', async () => {
    const testSupervisor = openSupervisor([{ id: 'a' }]);
    await request(testSupervisor, 'start', 'a');
    report(testSupervisor, 'a', 'started');
    const { settled } = await request(testSupervisor, 'stop', 'a');
    expect(testSupervisor.processes[0]?.stops).toEqual(['requested']);
    expect(testSupervisor.calls).toEqual(['stop a']);
    testSupervisor.clock.advance(2000);
    testSupervisor.processes[0]?.end();
    expect(await settled).toMatchObject([{ service_id: 'a', state: 'stopped', pid: null }]);
    const { sinceMs } = testSupervisor.transaction.snapshot.services.get(id('a'))!;
    expect(sinceMs).toBe(testSupervisor.clock.now());
    expect(testSupervisor.calls).toEqual(['stop a', 'report a stopped']);
  });

  it('launches nothing after a stop during the build', async () => {
    const testSupervisor = openSupervisor([{ id: 'a' }], { isBuildSlow: true });
    await request(testSupervisor, 'start', 'a');
    const { settled } = await request(testSupervisor, 'stop', 'a');
    testSupervisor.builds.get('a')?.resolve('/build/a.mjs');
    expect(await settled).toMatchObject([{ state: 'stopped' }]);
    expect(testSupervisor.processes).toEqual([]);
  });

  it('launches the new run of a restart after the end of the old one', async () => {
    const testSupervisor = openSupervisor([{ id: 'a' }]);
    await request(testSupervisor, 'start', 'a');
    report(testSupervisor, 'a', 'started');
    const { settled } = await request(testSupervisor, 'restart', 'a');
    expect(testSupervisor.processes).toHaveLength(1);
    testSupervisor.processes[0]?.end();
    await settle();
    expect(testSupervisor.processes).toHaveLength(2);
    report(testSupervisor, 'a', 'started');
    expect(await settled).toMatchObject([{ state: 'started', pid: 1001 }]);
  });

  it('answers when the services have settled, with the refused ones first', async () => {
    const testSupervisor = openSupervisor([{ id: 'a' }, { id: 'b' }]);
    await request(testSupervisor, 'start', 'a');
    const { settled } = await request(testSupervisor, 'start', 'a', 'b', 'x');
    report(testSupervisor, 'b', 'started');
    expect(await settled).toMatchObject([
      { service_id: 'a', state: 'starting', pid: 1000, error: { code: 'SVC_ALREADY_STARTED' } },
      { service_id: 'x', state: 'unknown', pid: null, error: { code: 'SVC_UNKNOWN' } },
      { service_id: 'b', state: 'started' },
    ]);
  });

  it('fails a service whose launch fails, with the error', async () => {
    const testSupervisor = openSupervisor([{ id: 'a' }], { launchError: new Error('no more processes') });
    const { settled } = await request(testSupervisor, 'start', 'a');
    expect(await settled).toMatchObject([
      { state: 'failed', error: { code: 'SVC_LAUNCH_FAILED', message: 'no more processes' } },
    ]);
    expect(testSupervisor.calls).toEqual(['report a failed']);
  });

  it('kills a service that is not ready in time', async () => {
    const testSupervisor = openSupervisor([{ id: 'a', supervision: { start_timeout_s: 3 } }]);
    const { settled } = await request(testSupervisor, 'start', 'a');
    testSupervisor.clock.advance(2_999);
    expect(statusOf(testSupervisor, 'a')).toBe('starting');
    testSupervisor.clock.advance(1);
    expect(testSupervisor.processes[0]?.stops).toEqual(['killed']);
    expect(await settled).toMatchObject([{ state: 'failed', error: { code: 'SVC_START_TIMEOUT' } }]);
  });

  it('restarts after the back-off', async () => {
    const testSupervisor = openSupervisor([
      { id: 'a', transitions: { on_fail: 'restart a' }, supervision: { backoff_s: 2 } },
    ]);
    await request(testSupervisor, 'start', 'a');
    testSupervisor.processes[0]?.end({ exitCode: 1 });
    await settle();
    testSupervisor.processes[1]?.end({ exitCode: 1 });
    await settle();
    expect(statusOf(testSupervisor, 'a')).toBe('backoff');
    // The jitter shortens it by up to a quarter.
    testSupervisor.clock.advance(1_499);
    expect(statusOf(testSupervisor, 'a')).toBe('backoff');
    testSupervisor.clock.advance(501);
    await settle();
    expect(testSupervisor.processes).toHaveLength(3);
  });

  it('killAll kills running processes and prevents pending launches', async () => {
    const testSupervisor = openSupervisor([{ id: 'a' }, { id: 'b' }]);
    await request(testSupervisor, 'start', 'a');
    const slow = openSupervisor([{ id: 'c' }], { isBuildSlow: true });
    await request(slow, 'start', 'c');
    testSupervisor.supervisor.killAll();
    slow.supervisor.killAll();
    slow.builds.get('c')?.resolve('/c');
    await settle();
    expect(testSupervisor.processes.map((each) => each.stops)).toEqual([['killed']]);
    expect(slow.processes).toEqual([]);
  });

  it('cancels its timers on close', async () => {
    const testSupervisor = openSupervisor([{ id: 'a' }]);
    await request(testSupervisor, 'start', 'a');
    expect(testSupervisor.clock.waiting).toHaveLength(1);
    testSupervisor.supervisor.close();
    expect(testSupervisor.clock.waiting).toEqual([]);
  });

  it('ignores messages of an earlier run with the pid of the present one, as those of threads', async () => {
    const testSupervisor = openSupervisor([{ id: 'a' }]);
    await request(testSupervisor, 'start', 'a');
    report(testSupervisor, 'a', 'started', { run_token: publishedToken('a/1') });
    expect(statusOf(testSupervisor, 'a')).toBe('started');
    await request(testSupervisor, 'restart', 'a');
    testSupervisor.processes[0]?.end();
    await settle();
    const { pid = 0 } = testSupervisor.transaction.snapshot.services.get(id('a'))!;
    const earlier = { run_token: publishedToken('a/1') };
    report(testSupervisor, 'a', 'started', earlier);
    testSupervisor.supervisor.onHeartbeat({
      header: { service_id: 'a', service_transaction: TRANSACTION, sender: 's1', ...earlier },
      content: { pid, started_at: '', state: 'started', seq: 2, ready: true, event_loop_lag_ms: 0 },
    });
    expect(statusOf(testSupervisor, 'a')).toBe('starting');
    expect(testSupervisor.transaction.liveness.get(id('a'))?.isFrom('s1')).toBe(false);
    report(testSupervisor, 'a', 'started', { run_token: publishedToken('a/2') });
    expect(statusOf(testSupervisor, 'a')).toBe('started');
  });

  it('ignores other transactions, unknown services and invalid ids', async () => {
    const testSupervisor = openSupervisor([{ id: 'a' }]);
    await request(testSupervisor, 'start', 'a');
    const before = testSupervisor.transaction.snapshot;
    report(testSupervisor, 'a', 'started', { service_transaction: 'OTHER' });
    report(testSupervisor, 'a', 'started', { service_transaction: '../..' });
    report(testSupervisor, 'no id', 'started');
    testSupervisor.supervisor.onSubscribed('OTHER', 'a');
    testSupervisor.supervisor.onSubscribed(TRANSACTION, 'no id');
    testSupervisor.supervisor.onSubscribed(TRANSACTION, 'x');
    expect(testSupervisor.transaction.snapshot).toBe(before);
    expect(testSupervisor.calls).toEqual([]);
  });
});
