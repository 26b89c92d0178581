import { describe, expect, it } from 'vitest';
import type { EventAction } from '../../../src/messages/service-event.js';
import { openSupervisor, type TestSupervisor } from '../../helpers/fake-launcher.js';
import { id, TRANSACTION } from '../../helpers/harness.js';

/** Lets everything that waits for nothing but its turn happen. */
const settle = () => new Promise((resume) => setImmediate(resume));

async function ask(
  testSupervisor: TestSupervisor,
  action: 'start' | 'restart' | 'stop',
  ...services: string[]
) {
  const common = { atMs: testSupervisor.clock.now(), services: services.map(id), cause: 'm1' };
  const event =
    action === 'stop'
      ? ({ type: 'stop_requested', isWholeTransaction: false, ...common } as const)
      : ({ type: 'run_requested', action, ...common } as const);
  const asked = testSupervisor.supervisor.request(testSupervisor.transaction, event);
  await settle();
  return asked;
}

function hear(
  testSupervisor: TestSupervisor,
  service: string,
  action: EventAction,
  transaction = String(TRANSACTION),
): void {
  const pid = testSupervisor.transaction.snapshot.services.get(id(service))?.pid;
  testSupervisor.supervisor.onEvent({
    kind: 'service_event',
    header: { action, service_id: service, service_name: 'test', service_transaction: transaction },
    content: { status: { result: 'success', device_action: '', pid } },
  });
}

const statusOf = (testSupervisor: TestSupervisor, service: string) =>
  testSupervisor.transaction.snapshot.services.get(id(service))?.status;

describe('Supervisor', () => {
  it('builds, launches, greets and answers a start when the service says so', async () => {
    const testSupervisor = openSupervisor([{ id: 'a' }]);
    const { settled } = await ask(testSupervisor, 'start', 'a');
    expect(testSupervisor.processes[0]?.order).toMatchObject({
      bootstrap: { serviceId: 'a', module: '/build/a.mjs' },
      logFile: '/logs/a.log',
      workingFolder: '/work',
      supervision: { start_timeout_s: 10 },
    });
    testSupervisor.supervisor.onSubscribed(TRANSACTION, 'a');
    expect(testSupervisor.calls).toEqual(['start a']);
    testSupervisor.clock.advance(40);
    hear(testSupervisor, 'a', 'started');
    expect(await settled).toEqual([{ service_id: 'a', state: 'started', pid: 1000, elapsed_ms: 40 }]);
    testSupervisor.supervisor.onSubscribed(TRANSACTION, 'a');
    expect(testSupervisor.calls).toEqual(['start a']);
  });

  it('asks a process to stop, and answers when it has ended', async () => {
    const testSupervisor = openSupervisor([{ id: 'a' }]);
    await ask(testSupervisor, 'start', 'a');
    hear(testSupervisor, 'a', 'started');
    const { settled } = await ask(testSupervisor, 'stop', 'a');
    expect(testSupervisor.processes[0]?.stops).toEqual(['asked']);
    expect(testSupervisor.calls).toEqual(['stop a']);
    testSupervisor.processes[0]?.end();
    expect(await settled).toMatchObject([{ service_id: 'a', state: 'stopped', pid: null }]);
    expect(testSupervisor.calls).toEqual(['stop a', 'report a stopped']);
  });

  it('launches nothing when the stop came while the code was being built', async () => {
    const testSupervisor = openSupervisor([{ id: 'a' }], { isBuildSlow: true });
    await ask(testSupervisor, 'start', 'a');
    const { settled } = await ask(testSupervisor, 'stop', 'a');
    testSupervisor.builds.get('a')?.resolve('/build/a.mjs');
    expect(await settled).toMatchObject([{ state: 'stopped' }]);
    expect(testSupervisor.processes).toEqual([]);
  });

  it('launches the second run of a restart only when the first has ended', async () => {
    const testSupervisor = openSupervisor([{ id: 'a' }]);
    await ask(testSupervisor, 'start', 'a');
    hear(testSupervisor, 'a', 'started');
    const { settled } = await ask(testSupervisor, 'restart', 'a');
    expect(testSupervisor.processes).toHaveLength(1);
    testSupervisor.processes[0]?.end();
    await settle();
    expect(testSupervisor.processes).toHaveLength(2);
    hear(testSupervisor, 'a', 'started');
    expect(await settled).toMatchObject([{ state: 'started', pid: 1001 }]);
  });

  it('answers a refused start at once, beside the results of the others', async () => {
    const testSupervisor = openSupervisor([{ id: 'a' }, { id: 'b' }]);
    await ask(testSupervisor, 'start', 'a');
    const { refused, settled } = await ask(testSupervisor, 'start', 'a', 'b', 'x');
    expect(refused).toMatchObject([
      { service_id: 'a', state: 'starting', pid: 1000, error: { code: 'SVC_ALREADY_STARTED' } },
      { service_id: 'x', state: 'unknown', pid: null, error: { code: 'SVC_UNKNOWN' } },
    ]);
    hear(testSupervisor, 'b', 'started');
    expect(await settled).toMatchObject([{ service_id: 'b' }]);
  });

  it('fails a service whose launch fails, with the reason', async () => {
    const testSupervisor = openSupervisor([{ id: 'a' }], { launchError: new Error('no more processes') });
    const { settled } = await ask(testSupervisor, 'start', 'a');
    expect(await settled).toMatchObject([
      { state: 'failed', error: { code: 'SVC_LAUNCH_FAILED', message: 'no more processes' } },
    ]);
    expect(testSupervisor.calls).toEqual(['report a failed']);
  });

  it('kills what is not ready in time', async () => {
    const testSupervisor = openSupervisor([{ id: 'a', supervision: { start_timeout_s: 3 } }]);
    const { settled } = await ask(testSupervisor, 'start', 'a');
    testSupervisor.clock.advance(2_999);
    expect(statusOf(testSupervisor, 'a')).toBe('starting');
    testSupervisor.clock.advance(1);
    expect(testSupervisor.processes[0]?.stops).toEqual(['killed']);
    expect(await settled).toMatchObject([{ state: 'failed', error: { code: 'SVC_START_TIMEOUT' } }]);
  });

  it('waits for the back-off to be over', async () => {
    const testSupervisor = openSupervisor([
      { id: 'a', transitions: { on_fail: 'restart a' }, supervision: { backoff_s: 2 } },
    ]);
    await ask(testSupervisor, 'start', 'a');
    testSupervisor.processes[0]?.end({ exitCode: 1 });
    await settle();
    testSupervisor.processes[1]?.end({ exitCode: 1 });
    await settle();
    expect(statusOf(testSupervisor, 'a')).toBe('backoff');
    // A quarter may be taken off by chance.
    testSupervisor.clock.advance(1_499);
    expect(statusOf(testSupervisor, 'a')).toBe('backoff');
    testSupervisor.clock.advance(501);
    await settle();
    expect(testSupervisor.processes).toHaveLength(3);
  });

  it('kills everything at once, also what is only being made', async () => {
    const testSupervisor = openSupervisor([{ id: 'a' }, { id: 'b' }]);
    await ask(testSupervisor, 'start', 'a');
    const slow = openSupervisor([{ id: 'c' }], { isBuildSlow: true });
    await ask(slow, 'start', 'c');
    testSupervisor.supervisor.killAll();
    slow.supervisor.killAll();
    slow.builds.get('c')?.resolve('/c');
    await settle();
    expect(testSupervisor.processes.map((each) => each.stops)).toEqual([['killed']]);
    expect(slow.processes).toEqual([]);
  });

  it('lets go of its timers when it is closed', async () => {
    const testSupervisor = openSupervisor([{ id: 'a' }]);
    await ask(testSupervisor, 'start', 'a');
    expect(testSupervisor.clock.waiting).toHaveLength(1);
    testSupervisor.supervisor.close();
    expect(testSupervisor.clock.waiting).toEqual([]);
  });

  it('ignores what is said in other transactions, of unknown services and by unfit names', async () => {
    const testSupervisor = openSupervisor([{ id: 'a' }]);
    await ask(testSupervisor, 'start', 'a');
    const before = testSupervisor.transaction.snapshot;
    hear(testSupervisor, 'a', 'started', 'OTHER');
    hear(testSupervisor, 'a', 'started', '../..');
    hear(testSupervisor, 'no id', 'started');
    testSupervisor.supervisor.onSubscribed('OTHER', 'a');
    testSupervisor.supervisor.onSubscribed(TRANSACTION, 'no id');
    testSupervisor.supervisor.onSubscribed(TRANSACTION, 'x');
    expect(testSupervisor.transaction.snapshot).toBe(before);
    expect(testSupervisor.calls).toEqual([]);
  });
});
