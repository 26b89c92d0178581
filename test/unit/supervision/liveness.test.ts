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
  void testSupervisor.supervisor.request(testSupervisor.transaction, event);
  await new Promise((resume) => setImmediate(resume));
}

const service = (testSupervisor: TestSupervisor) =>
  testSupervisor.transaction.snapshot.services.get(id('a'))!;

describe('Liveness', () => {
  it('counts missed events between received ones, but not before the first', () => {
    const liveness = new Liveness('s1');
    expect([5, 6, 9].map((seq) => liveness.recordEvent(seq))).toEqual([true, true, true]);
    expect(liveness.missedEvents).toBe(2);
  });

  it('counts events that a heartbeat proves missing, once', () => {
    const liveness = new Liveness('s1');
    liveness.recordEvent(1);
    liveness.recordHeartbeat(beat({ seq: 4 }), 0);
    liveness.recordHeartbeat(beat({ seq: 4 }), 0);
    expect(liveness.recordEvent(5)).toBe(true);
    expect(liveness.missedEvents).toBe(3);
  });

  it('takes the thread id from a heartbeat', () => {
    const liveness = new Liveness('s1');
    liveness.recordHeartbeat(beat(), 0);
    expect(liveness.tid).toBeUndefined();
    liveness.recordHeartbeat(beat({ tid: 1234 }), 1);
    expect(liveness.tid).toBe(1234);
  });

  it('detects a repeated event', () => {
    const liveness = new Liveness('s1');
    liveness.recordEvent(3);
    expect(liveness.recordEvent(3)).toBe(false);
    expect(liveness.recordEvent(2)).toBe(false);
  });
});

describe('A heartbeat', () => {
  it('replaces a lost started event', async () => {
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

  it('replaces a lost failed event; on_fail fires once', async () => {
    const testSupervisor = openSupervisor([{ id: 'a', transitions: { on_fail: 'start b' } }, { id: 'b' }]);
    await start(testSupervisor);
    testSupervisor.supervisor.onHeartbeat(beat());
    testSupervisor.supervisor.onHeartbeat(beat({ state: 'failed', seq: 3 }));
    testSupervisor.supervisor.onHeartbeat(beat({ state: 'failed', seq: 3 }));
    expect(service(testSupervisor).status).toBe('failed');
    await new Promise((resume) => setImmediate(resume));
    expect(testSupervisor.processes).toHaveLength(2);
  });

  it('of an earlier run is ignored', async () => {
    const testSupervisor = openSupervisor([{ id: 'a' }]);
    await start(testSupervisor);
    testSupervisor.supervisor.onHeartbeat(beat({ pid: 77 }));
    expect(service(testSupervisor).status).toBe('starting');
  });

  it('that never arrives is overdue from the start of the service', async () => {
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
