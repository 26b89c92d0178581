import { expect, it } from 'vitest';
import { createLogger } from '../../../src/base/logger.js';
import { OrphanWatchdog } from '../../../src/host/orphan-watchdog.js';
import { ProviderPresence } from '../../../src/host/provider-presence.js';
import { ManualClock } from '../../helpers/manual-clock.js';
import { settle } from '../../helpers/fake-launcher.js';

/** Whether `presence` settles in this turn. */
async function isSettled(presence: ProviderPresence): Promise<boolean> {
  let settled = false;
  void presence.settled().then(() => (settled = true));
  await settle();
  return settled;
}

it('A presence settles when there is a provider or it is given up, each time that it was gone.', async () => {
  const presence = new ProviderPresence();
  expect(await isSettled(presence)).toBe(false);
  presence.set('present');
  expect(await isSettled(presence)).toBe(true);
  presence.set('gone');
  expect(await isSettled(presence)).toBe(false);
  presence.set('gone');
  presence.set('given_up');
  expect(await isSettled(presence)).toBe(true);
  expect(await isSettled(new ProviderPresence('present'))).toBe(true);
});

it('A listener receives the present state and every later one.', () => {
  const presence = new ProviderPresence();
  const states: string[] = [];
  presence.onChange((state) => states.push(state));
  presence.set('present');
  presence.set('gone');
  expect(states).toEqual(['gone', 'present', 'gone']);
});

function openWatchdog() {
  const clock = new ManualClock();
  const calls: string[] = [];
  const watch = new OrphanWatchdog({
    clock,
    log: createLogger(() => undefined),
    graceMs: 1000,
    stopTimeoutMs: 500,
    stop: () => calls.push('stop'),
    kill: () => calls.push('kill'),
  });
  return { clock, calls, watch };
}

it('A run without a provider is asked to end after its grace, and ended after its stop timeout.', () => {
  const { clock, calls, watch } = openWatchdog();
  clock.advance(999);
  expect([calls, watch.presence.state]).toEqual([[], 'gone']);
  clock.advance(1);
  expect([calls, watch.presence.state]).toEqual([['stop'], 'given_up']);
  clock.advance(500);
  expect(calls).toEqual(['stop', 'kill']);
});

it('A provider that returns within the grace ends the wait; a run that has ended needs none.', () => {
  const { clock, calls, watch } = openWatchdog();
  clock.advance(900);
  watch.onFound();
  clock.advance(5000);
  watch.onLost();
  watch.onLost();
  expect(watch.presence.state).toBe('gone');
  clock.advance(999);
  watch.close();
  clock.advance(5000);
  expect(calls).toEqual([]);
});
