import { expect, it } from 'vitest';
import { TopicReaders } from '../../../src/host/process/topic-readers.js';

function openReaders() {
  const calls: string[] = [];
  const readers = new TopicReaders({
    subscribe: (topic) => calls.push(`subscribe ${topic}`),
    unsubscribe: (topic) => calls.push(`unsubscribe ${topic}`),
  });
  const add = (token: string, topic: string) =>
    readers.add(token, topic, (frame, of) => calls.push(`${token} reads ${of} ${frame.length}`));
  return { calls, readers, add };
}

it('One subscription serves all runs that read a topic, until the last of them has ended.', () => {
  const { calls, readers, add } = openReaders();
  add('a', 'control');
  add('b', 'control');
  add('b', 'process.T1.b');
  expect(calls.splice(0)).toEqual(['subscribe control', 'subscribe process.T1.b']);
  readers.deliver(new Uint8Array(3), 'control');
  readers.deliver(new Uint8Array(1), 'process.T1.b');
  readers.deliver(new Uint8Array(1), 'other');
  expect(calls.splice(0)).toEqual(['a reads control 3', 'b reads control 3', 'b reads process.T1.b 1']);
  readers.remove('b');
  readers.deliver(new Uint8Array(2), 'control');
  expect(calls.splice(0)).toEqual(['unsubscribe process.T1.b', 'a reads control 2']);
  readers.remove('a');
  expect(calls).toEqual(['unsubscribe control']);
});
