// A forwarder with publishers and readers, all closed at the end of a test.

import type { BusEndpoints } from '../../src/bus/connection.js';
import { Connection } from '../../src/bus/connection.js';
import { decodeEnvelope, type Envelope } from '../../src/bus/envelope.js';
import { Forwarder } from '../../src/bus/forwarder.js';
import { Publisher } from '../../src/bus/publisher.js';
import { Subscriber } from '../../src/bus/subscriber.js';
import { Recorder } from './recorder.js';

interface Closable {
  close(): void | Promise<void>;
}

/** A subscriber that records the messages it receives. */
export interface Reader {
  readonly subscriber: Subscriber;
  readonly seen: Recorder<Envelope>;
  bodies(): readonly unknown[];
}

export interface TestBus extends AsyncDisposable {
  readonly forwarder: Forwarder;
  readonly endpoints: BusEndpoints;
  publisher(): Publisher;
  /** Subscribes to exact topics; the subscription takes effect some time later. */
  reader(...topics: readonly string[]): Reader;
  /** Subscribes to exact topics; resolves when the subscription is in effect. */
  connection(...topics: readonly string[]): Promise<{ connection: Connection; seen: Recorder<Envelope> }>;
  /** Closes `resource` together with the bus. */
  closeAtEnd<T extends Closable>(resource: T): T;
}

export async function openBus(): Promise<TestBus> {
  const any = 'tcp://127.0.0.1:*';
  const forwarder = await Forwarder.open({ frontend: any, backend: any });
  const { endpoints } = forwarder;
  const closables: Closable[] = [];
  const closeAtEnd = <T extends Closable>(resource: T): T => {
    closables.push(resource);
    return resource;
  };
  return {
    forwarder,
    endpoints,
    closeAtEnd,
    publisher: () => closeAtEnd(Publisher.connect(endpoints.publish)),
    reader: (...topics) => {
      const { seen, note } = recordEnvelopes();
      const subscriber = closeAtEnd(Subscriber.connect(endpoints.subscribe, note));
      for (const topic of topics) subscriber.subscribe(topic);
      return { subscriber, seen, bodies: () => seen.items.map(({ body }) => body) };
    },
    connection: async (...topics) => {
      const { seen, note } = recordEnvelopes();
      const connection = closeAtEnd(new Connection(endpoints, topics, note));
      await connection.ready();
      return { connection, seen };
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(closables.map(async (each) => each.close()));
      await forwarder.close();
    },
  };
}

function recordEnvelopes(): { seen: Recorder<Envelope>; note: (frame: Uint8Array) => void } {
  const seen = new Recorder<Envelope>();
  return { seen, note: (frame) => seen.record(decodeEnvelope(frame)) };
}
