import { describe, expect, it } from 'vitest';
import type { Heartbeat } from '../../../src/messages/heartbeat.js';
import { Liveness } from '../../../src/supervision/liveness.js';
import { openSupervisor, type TestSupervisor } from '../../helpers/fake-launcher.js';
import { id, TRANSACTION } from '../../helpers/harness.js';

function beat(more: Partial<Heartbeat['content']> = {}): Heartbeat {
  const content = { pid: 1000, started_at: '', state: 'started', seq: 2, ready: true, event_loop_lag_ms: 0 };
  return {
    kind: 'heartbeat',
    header: { service_id: 'a', service_transaction: TRANSACTION, sender: 's1' },
    content: { ...content, ...more },
  };
}

async function start(testSupervisor: TestSupervisor): Promise<void> {
  const event = { type: 'run_requested', action: 'start', services: [id('a')], cause: 'm1' } as const;
  testSupervisor.supervisor.request(testSupervisor.transaction, {
    ...event,
    atMs: testSupervisor.clock.now(),
  });
  await new Promise((resume) => setImmediate(resume));
}

const service = (testSupervisor: TestSupervisor) =>
  testSupervisor.transaction.snapshot.services.get(id('a'))!;

describe('Vitals', () => {
  it('count the events between two that were seen, and not those before the first', () => {
    const vitals = new Liveness('s1');
    expect([5, 6, 9].map((seq) => vitals.recordEvent(seq))).toEqual([true, true, true]);
    expect(vitals.missedEvents).toBe(2);
  });

  it('count those that a beat has counted and nobody has seen, once', () => {
    const vitals = new Liveness('s1');
    vitals.recordEvent(1);
    vitals.recordHeartbeat(beat({ seq: 4 }), 0);
    vitals.recordHeartbeat(beat({ seq: 4 }), 0);
    expect(vitals.recordEvent(5)).toBe(true);
    expect(vitals.missedEvents).toBe(3);
  });

  it('know the thread from a beat, for a provider that was not there when it started', () => {
    const vitals = new Liveness('s1');
    vitals.recordHeartbeat(beat(), 0);
    expect(vitals.tid).toBeUndefined();
    vitals.recordHeartbeat(beat({ tid: 1234 }), 1);
    expect(vitals.tid).toBe(1234);
  });

  it('know an event that comes again', () => {
    const vitals = new Liveness('s1');
    vitals.recordEvent(3);
    expect(vitals.recordEvent(3)).toBe(false);
    expect(vitals.recordEvent(2)).toBe(false);
  });
});

describe('A heartbeat', () => {
  it('heals a started that was lost', async () => {
    const testSupervisor = openSupervisor([{ id: 'a', transitions: { on_start: 'start b' } }, { id: 'b' }]);
    await start(testSupervisor);
    testSupervisor.supervisor.onHeartbeat(beat({ ready: false, state: 'created' }));
    expect(service(testSupervisor).status).toBe('starting');
    testSupervisor.supervisor.onHeartbeat(beat());
    testSupervisor.supervisor.onHeartbeat(beat());
    expect(service(testSupervisor)).toMatchObject({ status: 'started', lastAction: 'started' });
    await new Promise((resume) => setImmediate(resume));
    expect(testSupervisor.processes).toHaveLength(2);
  });

  it('heals a failed that was lost: on_fail fires once', async () => {
    const testSupervisor = openSupervisor([{ id: 'a', transitions: { on_fail: 'start b' } }, { id: 'b' }]);
    await start(testSupervisor);
    testSupervisor.supervisor.onHeartbeat(beat());
    testSupervisor.supervisor.onHeartbeat(beat({ state: 'failed', seq: 3 }));
    testSupervisor.supervisor.onHeartbeat(beat({ state: 'failed', seq: 3 }));
    expect(service(testSupervisor).status).toBe('failed');
    await new Promise((resume) => setImmediate(resume));
    expect(testSupervisor.processes).toHaveLength(2);
  });

  it('of an earlier run changes nothing', async () => {
    const testSupervisor = openSupervisor([{ id: 'a' }]);
    await start(testSupervisor);
    testSupervisor.supervisor.onHeartbeat(beat({ pid: 77 }));
    expect(service(testSupervisor).status).toBe('starting');
  });

  it('that never comes counts from the moment the service was there', async () => {
    const testSupervisor = openSupervisor([{ id: 'a', supervision: { heartbeat_limit_s: 1 } }]);
    await start(testSupervisor);
    testSupervisor.supervisor.onHeartbeat(beat());
    testSupervisor.transaction.liveness.clear();
    testSupervisor.clock.advance(900);
    testSupervisor.supervisor.checkHeartbeats();
    expect(service(testSupervisor).status).toBe('started');
    testSupervisor.clock.advance(200);
    testSupervisor.supervisor.checkHeartbeats();
    expect(service(testSupervisor)).toMatchObject({ status: 'failed', reason: 'heartbeat' });
  });
});
