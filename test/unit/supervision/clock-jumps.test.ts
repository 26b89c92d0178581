// The machine's clock is set, or a process stands still for a while: nothing ends by that.

import { describe, expect, it } from 'vitest';
import { afterAwake, ClockJumps } from '../../../src/base/clock.js';
import type { Heartbeat } from '../../../src/messages/heartbeat.js';
import { HeartbeatTimer } from '../../../src/host/heartbeat-timer.js';
import { ReplayGuard, WINDOW_MS } from '../../../src/security/replay-guard.js';
import { openSupervisor, type TestSupervisor } from '../../helpers/fake-launcher.js';
import { ManualClock } from '../../helpers/manual-clock.js';
import { id, TRANSACTION } from '../../helpers/harness.js';

const HOUR_MS = 3_600_000;
const JUMPS = [HOUR_MS, -2 * HOUR_MS] as const;

const beat: Heartbeat = {
  kind: 'heartbeat',
  header: { service_id: 'a', service_transaction: TRANSACTION, sender: 's1' },
  content: { pid: 1000, started_at: '', state: 'started', seq: 2, ready: true, event_loop_lag_ms: 0 },
};

const service = (testSupervisor: TestSupervisor) =>
  testSupervisor.transaction.snapshot.services.get(id('a'))!;

async function turn(): Promise<void> {
  await new Promise((resume) => setImmediate(resume));
}

async function start(testSupervisor: TestSupervisor): Promise<void> {
  const event = { type: 'run_requested', action: 'start', services: [id('a')], cause: 'm1' } as const;
  testSupervisor.supervisor.request(testSupervisor.transaction, {
    ...event,
    atMs: testSupervisor.clock.now(),
  });
  await turn();
}

describe.each(JUMPS)('When the clock jumps by %i ms', (byMs) => {
  it('no service has been silent, and one that is silent still is found', async () => {
    const testSupervisor = openSupervisor([{ id: 'a', supervision: { heartbeat_limit_s: 3 } }]);
    await start(testSupervisor);
    testSupervisor.supervisor.onHeartbeat(beat);
    testSupervisor.clock.jump(byMs);
    testSupervisor.supervisor.checkHeartbeats();
    testSupervisor.clock.advance(2900);
    testSupervisor.supervisor.checkHeartbeats();
    expect(service(testSupervisor).status).toBe('started');
    testSupervisor.clock.advance(200);
    testSupervisor.supervisor.checkHeartbeats();
    expect(service(testSupervisor)).toMatchObject({ status: 'failed', reason: 'heartbeat' });
  });

  it('a service that has not beaten yet has not been silent either', async () => {
    const testSupervisor = openSupervisor([{ id: 'a', supervision: { heartbeat_limit_s: 3 } }]);
    await start(testSupervisor);
    testSupervisor.supervisor.onHeartbeat(beat);
    testSupervisor.transaction.liveness.clear();
    testSupervisor.clock.jump(byMs);
    testSupervisor.clock.advance(2900);
    testSupervisor.supervisor.checkHeartbeats();
    expect(service(testSupervisor).status).toBe('started');
  });

  it('the restarts of a service count as long as they did, and its age is right', async () => {
    const supervision = { max_restarts: 2, restart_window_s: 60, backoff_s: 1, backoff_reset_s: 60 };
    const testSupervisor = openSupervisor([{ id: 'a', transitions: { on_fail: 'restart a' }, supervision }]);
    await start(testSupervisor);
    const fail = async () => {
      const { pid } = testSupervisor.processes.at(-1)!;
      testSupervisor.supervisor.onHeartbeat({ ...beat, content: { ...beat.content, pid } });
      testSupervisor.processes.at(-1)!.end({ exitCode: 1 });
      await turn();
      testSupervisor.clock.advance(2000);
      await turn();
    };
    await fail();
    await fail();
    expect(service(testSupervisor).restartsMs).toHaveLength(2);
    const agesMs = () => service(testSupervisor).restartsMs.map((each) => testSupervisor.clock.now() - each);
    const before = agesMs();
    testSupervisor.clock.jump(byMs);
    testSupervisor.supervisor.checkHeartbeats();
    expect(agesMs()).toEqual(before);
    await fail();
    expect(service(testSupervisor)).toMatchObject({ status: 'failed', reason: 'gave_up' });
  });

  it('a pulse goes on, and tells of no lag', () => {
    const clock = new ManualClock();
    const lags: number[] = [];
    const pulse = new HeartbeatTimer(clock, 2000, (lagMs) => lags.push(lagMs));
    clock.advance(2000);
    clock.jump(byMs);
    clock.advance(4000);
    pulse.close();
    expect(lags).toEqual([0, 0, 0]);
  });

  it('clients and services are heard by the new time, each message once', () => {
    const clock = new ManualClock(100 * HOUR_MS);
    const fresh = new ReplayGuard(clock);
    const seal = (key: string, stamp: number) => ({ key, stamp, mac: `${key}${stamp}` });
    clock.advance(1000);
    expect(fresh.acceptFromService(seal('s', clock.now()))).toBe(true);
    clock.jump(byMs);
    clock.advance(1000);
    const now = clock.now();
    expect(fresh.acceptFromClient(seal('a', now))).toBe(true);
    expect(fresh.acceptFromClient(seal('a', now))).toBe(false);
    expect(fresh.acceptFromClient(seal('a', now - WINDOW_MS - 1))).toBe(false);
    // Launched again: it has the same key, and seals by the new time.
    expect(fresh.acceptFromService(seal('s', now))).toBe(true);
    expect(fresh.acceptFromService(seal('s', now))).toBe(false);
  });
});

describe('A delay while awake', () => {
  it('is over when it should be', () => {
    const clock = new ManualClock();
    const over: number[] = [];
    afterAwake(clock, 2500, () => over.push(clock.monotonic()));
    const startMs = clock.monotonic();
    clock.advance(2499);
    expect(over).toEqual([]);
    clock.advance(1);
    expect(over).toEqual([startMs + 2500]);
    expect(clock.waiting).toEqual([]);
  });

  it('does not count the time in which the process stood still, and hears what has come meanwhile first', () => {
    let nowMs = 0;
    let due: () => void = () => undefined;
    const after = (_delayMs: number, act: () => void) => {
      due = act;
      return () => undefined;
    };
    let isOver = false;
    afterAwake({ now: () => nowMs, monotonic: () => nowMs, after }, 1500, () => (isOver = true));
    nowMs = 10_000;
    due();
    expect(isOver).toBe(false);
    nowMs += 1000;
    due();
    expect(isOver).toBe(true);
  });
});

it('Adjustments of the clock are no jumps.', () => {
  const clock = new ManualClock();
  const jumps = new ClockJumps(clock);
  clock.jump(900);
  expect(jumps.take()).toBe(0);
  clock.advance(5000);
  expect(jumps.take()).toBe(0);
  clock.jump(-2 * HOUR_MS);
  expect(jumps.take()).toBe(-2 * HOUR_MS);
  expect(jumps.take()).toBe(0);
});
