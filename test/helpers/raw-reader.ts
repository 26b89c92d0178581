// Reads the bus like any ZeroMQ program: a plain SUB socket with a topic prefix.

import type { BusEndpoints } from '../../src/bus/connection.js';
import { Connection } from '../../src/bus/connection.js';
import { decodeEnvelope, type Envelope } from '../../src/bus/envelope.js';
import { Subscriber } from '../../src/bus/subscriber.js';
import { Recorder } from './recorder.js';

export interface RawReader extends AsyncDisposable {
  readonly seen: Recorder<Envelope>;
  /** Resolves when all messages that have passed the forwarder so far are read. */
  settled(): Promise<void>;
}

/** Resolves when the subscription is in effect. */
export async function openRawReader(endpoints: BusEndpoints, prefix: string): Promise<RawReader> {
  const seen = new Recorder<Envelope>();
  const marks = new Recorder<string>();
  const subscriber = Subscriber.connect(endpoints.subscribe, (frame) => {
    const envelope = decodeEnvelope(frame);
    if (envelope.topic.startsWith('mark.')) marks.record(envelope.topic);
    else seen.record(envelope);
  });
  subscriber.subscribePrefix(prefix);
  const connection = new Connection(endpoints, [], () => undefined);
  let count = 0;
  const settled = async () => {
    count += 1;
    const mark = `mark.${connection.id}.${count}`;
    subscriber.subscribe(mark);
    await connection.publisher.waitForSubscriber(mark);
    await connection.publish(mark, {});
    await marks.waitFor((each) => each === mark);
  };
  await settled();
  return {
    seen,
    settled,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([subscriber.close(), connection.close()]);
    },
  };
}
