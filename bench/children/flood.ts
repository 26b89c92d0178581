// Sends a number of messages as fast as they can be sent, each time it is asked to: typed, or raw as zeromq.js has it.

import { once } from 'node:events';
import { Publisher } from 'zeromq';
import type { BusEndpoints } from '../../src/bus/connection.js';
import { Connection } from '../../src/bus/connection.js';

export interface Flood {
  readonly kind: 'typed' | 'raw';
  readonly count: number;
  /** Of the text in each message. */
  readonly bytes: number;
}

const [subscribe = '', publish = ''] = process.argv.slice(2);
const endpoints: BusEndpoints = { subscribe, publish };
const connection = new Connection(endpoints, [], () => undefined);
await connection.ready();
const raw = new Publisher({ sendHighWaterMark: 0, linger: 1000 });
raw.connect(publish);
process.send?.('ready');
for (;;) {
  const [flood] = (await once(process, 'message')) as [Flood];
  if (flood.kind === 'typed') await sendTyped(flood);
  else await sendRaw(flood);
  process.send?.('sent');
}

/** An event like that of a service. */
function composeBody({ bytes }: Flood, seq: number) {
  return {
    header: {
      action: 'updated',
      service_id: 'ts_0',
      service_name: 'bench',
      service_transaction: 'BENCH',
      seq,
    },
    content: {
      status: { result: 'success', device_action: 'bench', pid: process.pid, text: 'x'.repeat(bytes) },
    },
  };
}

async function sendTyped(flood: Flood): Promise<void> {
  let last = Promise.resolve();
  for (let seq = 1; seq <= flood.count; seq += 1) {
    last = connection.publish('control', composeBody(flood, seq));
    if (seq % 500 === 0) await last;
  }
  await last;
}

async function sendRaw(flood: Flood): Promise<void> {
  for (let seq = 1; seq <= flood.count; seq += 1) {
    await raw.send(`raw @@@ ${JSON.stringify(composeBody(flood, seq))}`);
  }
}
