import { describe, expect, it } from 'vitest';
import type { EventAction } from '../../../src/messages/service-event.js';
import { openHouse, type FakeHouse } from '../../helpers/fake-launcher.js';
import { id, TRANSACTION } from '../../helpers/harness.js';

/** Lets everything that waits for nothing but its turn happen. */
const settle = () => new Promise((resume) => setImmediate(resume));

async function ask(house: FakeHouse, action: 'start' | 'restart' | 'stop', ...services: string[]) {
  const common = { atMs: house.clock.now(), services: services.map(id), cause: 'm1' };
  const event =
    action === 'stop'
      ? ({ type: 'stop_asked', isWhole: false, ...common } as const)
      : ({ type: 'run_asked', action, ...common } as const);
  const asked = house.supervisor.ask(house.transaction, event);
  await settle();
  return asked;
}

function hear(
  house: FakeHouse,
  service: string,
  action: EventAction,
  transaction = String(TRANSACTION),
): void {
  const pid = house.transaction.snapshot.services.get(id(service))?.pid;
  house.supervisor.onEvent({
    kind: 'service_event',
    header: { action, service_id: service, service_name: 'test', service_transaction: transaction },
    content: { status: { result: 'success', device_action: '', pid } },
  });
}

const statusOf = (house: FakeHouse, service: string) =>
  house.transaction.snapshot.services.get(id(service))?.status;

describe('Supervisor', () => {
  it('builds, launches, greets and answers a start when the service says so', async () => {
    const house = openHouse([{ id: 'a' }]);
    const { settled } = await ask(house, 'start', 'a');
    expect(house.processes[0]?.order).toMatchObject({
      bootstrap: { serviceId: 'a', module: '/build/a.mjs' },
      logFile: '/logs/a.log',
      workingFolder: '/work',
      supervision: { start_timeout_s: 10 },
    });
    house.supervisor.onSubscribed(TRANSACTION, 'a');
    expect(house.said).toEqual(['start a']);
    house.clock.advance(40);
    hear(house, 'a', 'started');
    expect(await settled).toEqual([{ service_id: 'a', state: 'started', pid: 1000, elapsed_ms: 40 }]);
    house.supervisor.onSubscribed(TRANSACTION, 'a');
    expect(house.said).toEqual(['start a']);
  });

  it('asks a process to stop, and answers when it has ended', async () => {
    const house = openHouse([{ id: 'a' }]);
    await ask(house, 'start', 'a');
    hear(house, 'a', 'started');
    const { settled } = await ask(house, 'stop', 'a');
    expect(house.processes[0]?.stops).toEqual(['asked']);
    expect(house.said).toEqual(['stop a']);
    house.processes[0]?.end();
    expect(await settled).toMatchObject([{ service_id: 'a', state: 'stopped', pid: null }]);
    expect(house.said).toEqual(['stop a', 'report a stopped']);
  });

  it('launches nothing when the stop came while the code was being built', async () => {
    const house = openHouse([{ id: 'a' }], { isBuildSlow: true });
    await ask(house, 'start', 'a');
    const { settled } = await ask(house, 'stop', 'a');
    house.builds.get('a')?.resolve('/build/a.mjs');
    expect(await settled).toMatchObject([{ state: 'stopped' }]);
    expect(house.processes).toEqual([]);
  });

  it('launches the second run of a restart only when the first has ended', async () => {
    const house = openHouse([{ id: 'a' }]);
    await ask(house, 'start', 'a');
    hear(house, 'a', 'started');
    const { settled } = await ask(house, 'restart', 'a');
    expect(house.processes).toHaveLength(1);
    house.processes[0]?.end();
    await settle();
    expect(house.processes).toHaveLength(2);
    hear(house, 'a', 'started');
    expect(await settled).toMatchObject([{ state: 'started', pid: 1001 }]);
  });

  it('answers a refused start at once, beside the results of the others', async () => {
    const house = openHouse([{ id: 'a' }, { id: 'b' }]);
    await ask(house, 'start', 'a');
    const { refused, settled } = await ask(house, 'start', 'a', 'b', 'x');
    expect(refused).toMatchObject([
      { service_id: 'a', state: 'starting', pid: 1000, error: { code: 'SVC_ALREADY_STARTED' } },
      { service_id: 'x', state: 'unknown', pid: null, error: { code: 'SVC_UNKNOWN' } },
    ]);
    hear(house, 'b', 'started');
    expect(await settled).toMatchObject([{ service_id: 'b' }]);
  });

  it('fails a service whose launch fails, with the reason', async () => {
    const house = openHouse([{ id: 'a' }], { launchError: new Error('no more processes') });
    const { settled } = await ask(house, 'start', 'a');
    expect(await settled).toMatchObject([
      { state: 'failed', error: { code: 'SVC_LAUNCH_FAILED', message: 'no more processes' } },
    ]);
    expect(house.said).toEqual(['report a failed']);
  });

  it('kills what is not ready in time', async () => {
    const house = openHouse([{ id: 'a', supervision: { start_timeout_s: 3 } }]);
    const { settled } = await ask(house, 'start', 'a');
    house.clock.advance(2_999);
    expect(statusOf(house, 'a')).toBe('starting');
    house.clock.advance(1);
    expect(house.processes[0]?.stops).toEqual(['killed']);
    expect(await settled).toMatchObject([{ state: 'failed', error: { code: 'SVC_START_TIMEOUT' } }]);
  });

  it('waits for the back-off to be over', async () => {
    const house = openHouse([
      { id: 'a', transitions: { on_fail: 'restart a' }, supervision: { backoff_s: 2 } },
    ]);
    await ask(house, 'start', 'a');
    house.processes[0]?.end({ exitCode: 1 });
    await settle();
    house.processes[1]?.end({ exitCode: 1 });
    await settle();
    expect(statusOf(house, 'a')).toBe('backoff');
    // A quarter may be taken off by chance.
    house.clock.advance(1_499);
    expect(statusOf(house, 'a')).toBe('backoff');
    house.clock.advance(501);
    await settle();
    expect(house.processes).toHaveLength(3);
  });

  it('kills everything at once, also what is only being made', async () => {
    const house = openHouse([{ id: 'a' }, { id: 'b' }]);
    await ask(house, 'start', 'a');
    const slow = openHouse([{ id: 'c' }], { isBuildSlow: true });
    await ask(slow, 'start', 'c');
    house.supervisor.killAll();
    slow.supervisor.killAll();
    slow.builds.get('c')?.resolve('/c');
    await settle();
    expect(house.processes.map((each) => each.stops)).toEqual([['killed']]);
    expect(slow.processes).toEqual([]);
  });

  it('lets go of its timers when it is closed', async () => {
    const house = openHouse([{ id: 'a' }]);
    await ask(house, 'start', 'a');
    expect(house.clock.waiting).toHaveLength(1);
    house.supervisor.close();
    expect(house.clock.waiting).toEqual([]);
  });

  it('ignores what is said in other transactions, of unknown services and by unfit names', async () => {
    const house = openHouse([{ id: 'a' }]);
    await ask(house, 'start', 'a');
    const before = house.transaction.snapshot;
    hear(house, 'a', 'started', 'OTHER');
    hear(house, 'a', 'started', '../..');
    hear(house, 'no id', 'started');
    house.supervisor.onSubscribed('OTHER', 'a');
    house.supervisor.onSubscribed(TRANSACTION, 'no id');
    house.supervisor.onSubscribed(TRANSACTION, 'x');
    expect(house.transaction.snapshot).toBe(before);
    expect(house.said).toEqual([]);
  });
});
