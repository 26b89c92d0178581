import { expect, it } from 'vitest';
import type { HeartbeatBody } from '../../../src/messages/heartbeat.js';
import { ThrottledLossLog } from '../../../src/provider/throttled-loss-log.js';
import { ManualClock } from '../../helpers/manual-clock.js';

function beat(lines: number | undefined, sender = 'a', service = 'ts_1'): HeartbeatBody {
  return {
    header: { service_id: service, service_transaction: 'T1', sender },
    content: {
      pid: 1,
      started_at: '',
      state: 'started',
      seq: 1,
      ready: true,
      event_loop_lag_ms: 0,
      ...(lines === undefined ? {} : { log_loss: { lines, code: 'ENOSPC' } }),
    },
  };
}

it('lost lines are reported at once, then once a minute while more are lost, for each service and run', () => {
  const clock = new ManualClock();
  const losses = new ThrottledLossLog(clock);
  expect(losses.note(beat(undefined))).toBeUndefined();
  expect(losses.note(beat(3))).toBe('ts_1 in T1 cannot write its log: 3 lines lost so far, ENOSPC');
  expect(losses.note(beat(9))).toBeUndefined();
  expect(losses.note(beat(1, 'a', 'ts_2'))).toMatch(/^ts_2 in T1/);
  clock.advance(60_000);
  expect(losses.note(beat(10))).toMatch(/10 lines/);
  clock.advance(60_000);
  expect(losses.note(beat(10))).toBeUndefined();
  expect(losses.note(beat(1, 'b'))).toMatch(/1 lines/);
});
