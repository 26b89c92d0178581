// Finds free ports for context files.

import { createServer } from 'node:net';

/** Below the ephemeral ports of the system. */
const [FIRST, END] = [12_000, 30_000];
const used = new Set<number>();

/**
 * Returns free ports that were not returned before in this process. They are not ephemeral ports: a service that
 * connects to an ephemeral port without a listener can connect to itself and so occupy it.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const found: number[] = [];
  while (found.length < count) {
    const port = FIRST + Math.floor(Math.random() * (END - FIRST));
    if (used.has(port)) continue;
    used.add(port);
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
