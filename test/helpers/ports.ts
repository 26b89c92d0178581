// Free ports, for what must name its ports in a file.

import { createServer } from 'node:net';

/** Below those of which the system gives any to whoever connects. */
const [FIRST, END] = [12_000, 30_000];
const given = new Set<number>();

/**
 * Ports that are free, none of them given before in this process. Not of the range from which the system takes
 * any: those are free for a moment only, and a service that knocks at one while nobody listens can, once in
 * a while, connect to itself and so take it.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const found: number[] = [];
  while (found.length < count) {
    const port = FIRST + Math.floor(Math.random() * (END - FIRST));
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) found.push(port);
  }
  return found;
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
