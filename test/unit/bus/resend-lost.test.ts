// Which requests are sent again when a lost connection is back.

import { expect, test } from 'vitest';
import { resendAfterReconnect } from '../../../src/bus/requester/resend-lost.js';
import { ManualClock } from '../../helpers/manual-clock.js';

function open() {
  const sent: string[] = [];
  const pending = new Map<string, { send: () => Promise<void> }>();
  const clock = new ManualClock();
  let change: (isConnected: boolean) => void = () => undefined;
  resendAfterReconnect({ onConnectionChange: (listener) => (change = listener) }, pending, clock);
  const request = (id: string) =>
    pending.set(id, {
      send: () => {
        sent.push(id);
        return Promise.resolve();
      },
    });
  return { sent, pending, clock, request, change: (isConnected: boolean) => change(isConnected) };
}

test('Requests made before or during the loss of the connection are sent again until they are answered.', () => {
  const { sent, pending, clock, request, change } = open();
  request('before');
  change(false);
  request('meanwhile');
  change(true);
  expect(sent).toEqual(['before', 'meanwhile']);
  request('afterwards');
  pending.delete('before');
  clock.advance(300);
  expect(sent).toEqual(['before', 'meanwhile', 'meanwhile']);
  pending.delete('meanwhile');
  clock.advance(1000);
  expect(sent).toHaveLength(3);
});

test('A request made before the first connection is sent once.', () => {
  const { sent, clock, request, change } = open();
  request('first');
  change(true);
  clock.advance(1000);
  expect(sent).toEqual([]);
});
