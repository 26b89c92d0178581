// Jumps of the machine's clock and pauses of a process end no service.

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
  void testSupervisor.supervisor.request(testSupervisor.transaction, event);
  await turn();
}

describe.each(JUMPS)('When the clock jumps by %i ms', (byMs) => {
  it('heartbeat deadlines stay the same', async () => {
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

  it('the deadline of the first heartbeat stays the same', async () => {
    const testSupervisor = openSupervisor([{ id: 'a', supervision: { heartbeat_limit_s: 3 } }]);
    await start(testSupervisor);
    testSupervisor.supervisor.onHeartbeat(beat);
    testSupervisor.transaction.liveness.clear();
    testSupervisor.clock.jump(byMs);
    testSupervisor.clock.advance(2900);
    testSupervisor.supervisor.checkHeartbeats();
    expect(service(testSupervisor).status).toBe('started');
  });

  it('earlier restarts keep their age and count', async () => {
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

  it('a heartbeat timer keeps its interval and reports no lag', () => {
    const clock = new ManualClock();
    const lags: number[] = [];
    const timer = new HeartbeatTimer(clock, 2000, (lagMs) => lags.push(lagMs));
    clock.advance(2000);
    clock.jump(byMs);
    clock.advance(4000);
    timer.close();
    expect(lags).toEqual([0, 0, 0]);
  });

  it('messages are accepted by the new time, each once', () => {
    const clock = new ManualClock(100 * HOUR_MS);
    const guard = new ReplayGuard(clock);
    const seal = (key: string, stamp: number) => ({ key, stamp, mac: `${key}${stamp}` });
    clock.advance(1000);
    expect(guard.acceptFromService(seal('s', clock.now()))).toBe(true);
    clock.jump(byMs);
    clock.advance(1000);
    const now = clock.now();
    expect(guard.acceptFromClient(seal('a', now))).toBe(true);
    expect(guard.acceptFromClient(seal('a', now))).toBe(false);
    expect(guard.acceptFromClient(seal('a', now - WINDOW_MS - 1))).toBe(false);
    // A restarted service has the same key and seals by the new time.
    expect(guard.acceptFromService(seal('s', now))).toBe(true);
    expect(guard.acceptFromService(seal('s', now))).toBe(false);
  });
});

describe('A delay while awake', () => {
  it('ends after its duration', () => {
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

  it('does not count the time in which the process was stopped', () => {
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

it('Small adjustments of the clock do not count as jumps.', () => {
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
