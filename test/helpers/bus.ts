// A forwarder with sockets around it, all closed at the end of a test.

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

/** A subscriber that keeps what it reads. */
export interface Reader {
  readonly subscriber: Subscriber;
  readonly seen: Recorder<Envelope>;
  bodies(): readonly unknown[];
}

export interface TestBus extends AsyncDisposable {
  readonly forwarder: Forwarder;
  readonly endpoints: BusEndpoints;
  publisher(): Publisher;
  /** Reads exact topics, from some moment on. */
  reader(...topics: readonly string[]): Reader;
  /** Reads exact topics; resolves when they are in effect for everyone. */
  connection(...topics: readonly string[]): Promise<{ connection: Connection; seen: Recorder<Envelope> }>;
  /** Closes `what` together with the bus. */
  closeAtEnd<T extends Closable>(what: T): T;
}

export async function openBus(): Promise<TestBus> {
  const any = 'tcp://127.0.0.1:*';
  const forwarder = await Forwarder.open({ frontend: any, backend: any });
  const { endpoints } = forwarder;
  const kept: Closable[] = [];
  const keep = <T extends Closable>(what: T): T => {
    kept.push(what);
    return what;
  };
  return {
    forwarder,
    endpoints,
    closeAtEnd: keep,
    publisher: () => keep(Publisher.connect(endpoints.publish)),
    reader: (...topics) => {
      const { seen, note } = recordEnvelopes();
      const subscriber = keep(Subscriber.connect(endpoints.subscribe, note));
      for (const topic of topics) subscriber.subscribe(topic);
      return { subscriber, seen, bodies: () => seen.items.map(({ body }) => body) };
    },
    connection: async (...topics) => {
      const { seen, note } = recordEnvelopes();
      const connection = keep(new Connection(endpoints, topics, note));
      await connection.ready();
      return { connection, seen };
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(kept.map(async (each) => each.close()));
      await forwarder.close();
    },
  };
}

function recordEnvelopes(): { seen: Recorder<Envelope>; note: (frame: Uint8Array) => void } {
  const seen = new Recorder<Envelope>();
  return { seen, note: (frame) => seen.record(decodeEnvelope(frame)) };
}
