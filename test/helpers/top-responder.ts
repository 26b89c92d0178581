// Answers `top` on a real bus like a provider of many services, with made-up usage.

import type { BusEndpoints } from '../../src/bus/connection.js';
import { parseFrame } from '../../src/messages/message.js';
import { replyHeader, type StateRequest } from '../../src/messages/state.js';
import { Connection } from '../../src/bus/connection.js';
import { openBus } from './bus.js';
import { topReply } from './top.js';

export interface TopResponder extends AsyncDisposable {
  readonly endpoints: BusEndpoints;
  /** The number of `top` requests answered. */
  answered(): number;
}

export async function respondToTop(services: number): Promise<TopResponder> {
  const bus = await openBus();
  let count = 0;
  const answer = ({ header }: StateRequest) => {
    if (header.action !== 'top') return { action: 'reply_context', content: describe(bus.endpoints) };
    count += 1;
    return { action: 'reply_top', content: topReply(services, count) };
  };
  // A client waits for a subscriber of commands before it sends requests.
  const connection = new Connection(bus.endpoints, ['context', 'state'], (frame) => {
    const message = parseFrame(frame);
    if (message.kind !== 'state_request') return;
    const { action, content } = answer(message);
    void connection.publish('state', { header: replyHeader(message.header, action, connection.id), content });
  });
  bus.closeAtEnd(connection);
  await connection.ready();
  return {
    endpoints: bus.endpoints,
    answered: () => count,
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
}

function describe({ publish, subscribe }: BusEndpoints): object {
  const configuration = {
    FrontEndEndpoint: subscribe,
    BackendEndpoint: publish,
    FrontBind: publish,
    BackendBind: subscribe,
  };
  const info = {
    contextId: 'context300',
    contextName: 'context',
    contextLogName: 'Many',
    configuration,
    tasks: [],
  };
  return { T300: info };
}
