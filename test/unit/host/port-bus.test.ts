// The bus of a thread, with a real port: what the main thread receives, and what it makes the thread do.

import { MessageChannel } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { decodeEnvelope } from '../../../src/bus/envelope.js';
import { PortBus } from '../../../src/host/threads/port-bus.js';
import { PROCESSED_STEP, type FromThread, type ToThread } from '../../../src/host/threads/port-messages.js';
import { Recorder } from '../../helpers/recorder.js';

function openBus() {
  const { port1, port2 } = new MessageChannel();
  const received = new Recorder<FromThread>();
  const done = new Recorder<string>();
  port2.on('message', (message: FromThread) => received.record(message));
  const bus = new PortBus(port1, () => done.record('stop'));
  const send = (message: ToThread) => port2.postMessage(message);
  return { bus, received, done, send, [Symbol.dispose]: () => port1.close() };
}

it('A message is published when the main thread has sent it; messages are sent in the order of the calls.', async () => {
  using test = openBus();
  const { bus, received, done, send } = test;
  void bus.publish('control', { n: 1 }).then(() => done.record('sent 1'));
  void bus.publish('control', { n: 2 }).then(() => done.record('sent 2'));
  await received.waitFor(() => received.items.length === 2);
  const frames = received.items.map((each) => (each.kind === 'publish' ? each.frame : ''));
  expect(frames.map((each) => decodeEnvelope(Buffer.from(each)).body)).toEqual([{ n: 1 }, { n: 2 }]);
  send({ kind: 'published' });
  await done.waitFor((each) => each === 'sent 1');
  expect(done.items).toEqual(['sent 1']);
  send({ kind: 'published' });
  await done.waitFor((each) => each === 'sent 2');
});

it('Frames reach the reader of their topic, and are counted in steps.', async () => {
  using test = openBus();
  const { bus, received, done, send } = test;
  bus.subscribe('a', (frame, topic) => done.record(`${topic} ${frame.length}`));
  await received.waitFor(({ kind }) => kind === 'subscribe');
  send({ kind: 'frame', frame: new Uint8Array(3), topic: 'a' });
  for (let sent = 1; sent < PROCESSED_STEP; sent += 1)
    send({ kind: 'frame', frame: new Uint8Array(1), topic: 'without a reader' });
  await received.waitFor(({ kind }) => kind === 'processed');
  expect(done.items).toEqual(['a 3']);
  expect(received.items.at(-1)).toEqual({ kind: 'processed', count: PROCESSED_STEP });
});

it('The main thread reports subscribers, the provider, lost lines of the log, and asks to stop.', async () => {
  using test = openBus();
  const { bus, done, send } = test;
  void bus.publisher.waitForSubscriber('control').then(() => done.record('subscribed'));
  bus.publisher.onSubscribeTo('control', () => done.record('subscribed again'));
  send({ kind: 'subscribed', topic: 'control' });
  send({ kind: 'subscribed', topic: 'control' });
  send({ kind: 'provider', state: 'present' });
  send({ kind: 'log_loss', loss: { lines: 2, code: 'ENOSPC' } });
  send({ kind: 'stop' });
  await done.waitFor((each) => each === 'stop');
  expect(done.items.toSorted()).toEqual(['stop', 'subscribed', 'subscribed again', 'subscribed again']);
  expect([bus.presence.state, bus.logLoss]).toEqual(['present', { lines: 2, code: 'ENOSPC' }]);
});
