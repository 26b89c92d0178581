// Serves /metrics and /healthz over HTTP, on the loopback address only.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { isAllowedHost } from './allowed-host.js';
import { bindError } from '../bus/bind.js';
import type { MetricsText } from './metrics.js';

const HOST = '127.0.0.1';
/** Slower clients are disconnected. */
const REQUEST_TIMEOUT_MS = 10_000;

export interface MetricsPorts {
  readonly port: number;
  /** Host names that requests may use, besides those of loopback. */
  readonly hosts: readonly string[];
  readonly metrics: () => Promise<MetricsText>;
  /** Resolves with the fault of the provider, or undefined. */
  readonly fault: () => Promise<string | undefined>;
}

export class MetricsServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Throws BUS_ADDRESS_IN_USE or BUS_BIND_REFUSED. */
  static async open(ports: MetricsPorts): Promise<MetricsServer> {
    const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
      answer(ports, request, response).catch(() => response.destroy());
    });
    try {
      server.listen(ports.port, HOST);
      await once(server, 'listening');
    } catch (error) {
      throw await bindError(`tcp://${HOST}:${ports.port}`, '<metrics_port> of the Monitor', error);
    }
    return new MetricsServer(server);
  }

  get url(): string {
    const address = this.#server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return `http://${HOST}:${port}/metrics`;
  }

  /** Closes the server and all connections. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

async function answer(
  ports: MetricsPorts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const plain = (status: number, text: string) => {
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  };
  const { host } = request.headers;
  if (!isAllowedHost(host, [HOST, ...ports.hosts])) {
    const hint = 'use 127.0.0.1 or localhost, or add the name to <metrics_hosts> of the Monitor';
    plain(421, `${JSON.stringify(host)} is not a name of this server: ${hint}`);
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    plain(405, 'only GET and HEAD are allowed');
    return;
  }
  const [path] = (request.url ?? '').split('?');
  if (path === '/metrics') {
    const { contentType, text } = await ports.metrics();
    response.writeHead(200, { 'content-type': contentType }).end(text);
  } else if (path === '/healthz') {
    const fault = await ports.fault();
    plain(fault === undefined ? 200 : 503, fault ?? 'ok');
  } else plain(404, 'not found; the paths are /metrics and /healthz');
}
