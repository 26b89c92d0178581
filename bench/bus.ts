// bus: messages of a size through the forwarder into a checking handler, against raw zeromq.js and JSON.parse.

import * as zmq from 'zeromq';
import { Connection } from '../src/bus/connection.js';
import { ForwarderProcess } from '../src/bus/forwarder-process.js';
import { CheckCount, parseFrame } from '../src/messages/message.js';
import { startChild, type Child } from './children.js';
import type { Flood } from './children/flood.js';
import { atLeast, composeMeasurement, interleave, type Measurement } from './measurement.js';
import { sum } from './processes.js';

export interface BusSize {
  readonly rounds: number;
  /** Messages in each round. */
  readonly count: number;
  readonly bodies: readonly number[];
}

export const BUS_SIZE: BusSize = { rounds: 7, count: 30_000, bodies: [200, 1000] };

/** After so long without a message the rest counts as lost. */
const SILENCE_MS = 5000;

export async function measureBus(size: BusSize = BUS_SIZE): Promise<readonly Measurement[]> {
  const any = 'tcp://127.0.0.1:*';
  const forwarder = await ForwarderProcess.open(
    { frontend: any, backend: any },
    { onFault: ({ text }) => process.stderr.write(`${text}\n`) },
  );
  const figures: Measurement[] = [];
  try {
    for (const bytes of size.bodies) figures.push(...(await measureBody(forwarder, size, bytes)));
    return figures;
  } finally {
    await forwarder.close();
  }
}

async function measureBody(
  forwarder: ForwarderProcess,
  size: BusSize,
  bytes: number,
): Promise<readonly Measurement[]> {
  const { subscribe, publish } = forwarder.endpoints;
  await using flood = await startChild('flood', subscribe, publish);
  const arrival = new Arrival();
  const closers = [await openTyped(forwarder, arrival), openRaw(subscribe, arrival)];
  await arrival.waitForRaw(flood);
  const lost: number[] = [];
  const rate = (kind: Flood['kind']) => async () => {
    const { perSecond, received } = await arrival.measure(flood, { kind, count: size.count, bytes });
    if (kind === 'typed') lost.push(size.count - received);
    return perSecond;
  };
  const free = await interleave(size.rounds, { raw: rate('raw'), typed: rate('typed') });
  const paused = await measurePaused(forwarder, size.rounds, rate('typed'));
  await Promise.all(closers.map((close) => close()));
  const note = `${sum(lost)} lost of ${lost.length * size.count}`;
  return [
    composeMeasurement({
      name: `typed messages of ${bytes} B`,
      baseline: 'raw',
      unit: 'per s',
      ours: free.typed,
      base: free.raw,
      goal: atLeast(0.8),
      note,
    }),
    composeMeasurement({
      name: `the same beside a paused subscriber`,
      baseline: 'without it',
      unit: 'per s',
      ours: paused.beside,
      base: paused.without,
      goal: atLeast(0.9),
    }),
  ];
}

/** The rate with a subscriber that is stopped, and without: in turns. */
async function measurePaused(
  { endpoints }: ForwarderProcess,
  rounds: number,
  rate: () => Promise<number>,
): Promise<{ readonly beside: readonly number[]; readonly without: readonly number[] }> {
  return await interleave(rounds, {
    without: rate,
    beside: async () => {
      const starting = startChild('subscriber', endpoints.subscribe, 'control');
      const nudge = await nudgeUntil(endpoints.publish, starting);
      await using paused = await starting;
      await nudge();
      paused.process.kill('SIGSTOP');
      return await rate();
    },
  });
}

/** Publishes on `control` until the child has received a message, which proves its subscription. */
async function nudgeUntil(publish: string, received: Promise<Child>): Promise<() => Promise<void>> {
  const publisher = new zmq.Publisher({ linger: 0 });
  publisher.connect(publish);
  const over = new AbortController();
  const sending = (async () => {
    while (!over.signal.aborted) {
      await publisher.send('control @@@ {}');
      await new Promise((resume) => setTimeout(resume, 10));
    }
    publisher.close();
  })();
  await received.finally(() => over.abort());
  return () => sending;
}

async function openTyped({ endpoints }: ForwarderProcess, arrival: Arrival): Promise<() => Promise<void>> {
  const checks = new CheckCount();
  const connection = new Connection(endpoints, ['control'], (frame) => {
    // Ignore the short messages of `nudgeUntil`.
    if (frame.byteLength > 64 && parseFrame(frame, checks).kind === 'service_event') arrival.record();
  });
  await connection.ready();
  return () => connection.close();
}

function openRaw(subscribe: string, arrival: Arrival): () => Promise<void> {
  const subscriber = new zmq.Subscriber({ receiveHighWaterMark: 0 });
  subscriber.connect(subscribe);
  subscriber.subscribe('raw');
  const reading = (async () => {
    for await (const [frame] of subscriber) {
      const text = frame?.toString() ?? '';
      const body: unknown = JSON.parse(text.slice(text.indexOf('@@@') + 4));
      if (body !== undefined) arrival.record();
    }
  })();
  return async () => {
    subscriber.close();
    await reading;
  };
}

/** Counts what has arrived. */
class Arrival {
  #count = 0;
  #lastMs = 0;

  record(): void {
    this.#count += 1;
    this.#lastMs = performance.now();
  }

  /** The raw subscription has no proof of its own: it is there when something arrives. */
  async waitForRaw(flood: Child): Promise<void> {
    for (;;) {
      const { received } = await this.measure(flood, { kind: 'raw', count: 1, bytes: 1 }, 100);
      if (received === 1) return;
    }
  }

  async measure(
    child: Child,
    flood: Flood,
    silenceMs = SILENCE_MS,
  ): Promise<{ readonly perSecond: number; readonly received: number }> {
    const before = performance.now();
    this.#count = 0;
    this.#lastMs = before;
    const sent = child.nextMessage();
    child.process.send(flood);
    await sent;
    while (this.#count < flood.count && performance.now() - Math.max(this.#lastMs, before) < silenceMs) {
      await new Promise((resume) => setTimeout(resume, 2));
    }
    return { perSecond: (this.#count / (this.#lastMs - before)) * 1000, received: this.#count };
  }
}
