// Which questions are sent again when a connection was lost and is back.

import { expect, test } from 'vitest';
import { askAgainWhenLost } from '../../../src/client/ask-again.js';
import { ManualClock } from '../../helpers/manual-clock.js';

function open() {
  const sent: string[] = [];
  const pending = new Map<string, { send: () => Promise<void> }>();
  const clock = new ManualClock();
  let change: (isConnected: boolean) => void = () => undefined;
  askAgainWhenLost({ onConnectionChange: (listener) => (change = listener) }, pending, clock);
  const ask = (id: string) =>
    pending.set(id, {
      send: () => {
        sent.push(id);
        return Promise.resolve();
      },
    });
  return { sent, pending, clock, ask, change: (isConnected: boolean) => change(isConnected) };
}

test('What was asked before and while the connection was lost is asked again, until it is answered.', () => {
  const { sent, pending, clock, ask, change } = open();
  ask('before');
  change(false);
  ask('meanwhile');
  change(true);
  expect(sent).toEqual(['before', 'meanwhile']);
  ask('afterwards');
  pending.delete('before');
  clock.advance(300);
  expect(sent).toEqual(['before', 'meanwhile', 'meanwhile']);
  pending.delete('meanwhile');
  clock.advance(1000);
  expect(sent).toHaveLength(3);
});

test('What is asked on the first connection is asked once.', () => {
  const { sent, clock, ask, change } = open();
  ask('first');
  change(true);
  clock.advance(1000);
  expect(sent).toEqual([]);
});
