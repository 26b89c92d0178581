// A TCP relay whose connections a test can reset, and whose target it can change.

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { createDeferred } from '../../src/base/deferred.js';

export interface Relay extends AsyncDisposable {
  /** `tcp://127.0.0.1:PORT`. */
  readonly endpoint: string;
  /** Resets all connections and refuses new ones; resolves after the first attempt to reconnect. */
  cut(): Promise<void>;
  /** Relays new connections to `endpoint`. */
  connectTo(endpoint: string): void;
}

export async function openRelay(endpoint: string): Promise<Relay> {
  let target: number | undefined = portOf(endpoint);
  let tried = createDeferred<void>();
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((socket) => {
    track(socket);
    if (target === undefined) {
      socket.resetAndDestroy();
      tried.resolve();
      return;
    }
    const other = track(connect(target, '127.0.0.1'));
    socket.pipe(other).pipe(socket);
    socket.on('close', () => other.destroy());
    other.on('close', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    endpoint: `tcp://127.0.0.1:${port}`,
    cut: async () => {
      target = undefined;
      tried = createDeferred<void>();
      for (const socket of sockets) socket.resetAndDestroy();
      await tried.promise;
    },
    connectTo: (next) => (target = portOf(next)),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function portOf(endpoint: string): number {
  return Number(endpoint.slice(endpoint.lastIndexOf(':') + 1));
}
