// The HTTP server of a Monitor alone, on a real port.

import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { MetricsServer } from '../../../src/monitor/metrics-server.js';

async function open(fault?: string) {
  const server = await MetricsServer.open({
    port: 0,
    hosts: ['metrics.example'],
    metrics: () => Promise.resolve({ contentType: 'text/plain', text: 'figures' }),
    fault: () => Promise.resolve(fault),
  });
  return { server, [Symbol.asyncDispose]: () => server.close() };
}

async function get(url: string, path: string, host: string): Promise<readonly [number, string]> {
  return await new Promise((resolve, reject) => {
    const asking = request(new URL(path, url), { headers: { host }, agent: false }, (response) => {
      void text(response).then((body) => resolve([response.statusCode ?? 0, body]));
    });
    asking.on('error', reject).end();
  });
}

test('Requests may use loopback names and configured names.', async () => {
  await using opened = await open();
  const { url } = opened.server;
  for (const host of ['127.0.0.1:1', 'localhost', '[::1]:9464', 'Metrics.Example:80']) {
    expect(await get(url, '/metrics', host)).toEqual([200, 'figures']);
    expect(await get(url, '/healthz', host)).toEqual([200, 'ok\n']);
  }
});

test('/healthz responds with 503 and the fault of the provider.', async () => {
  await using opened = await open('the journal cannot be written');
  expect(await get(opened.server.url, '/healthz', 'localhost')).toEqual([
    503,
    'the journal cannot be written\n',
  ]);
});

test('Other host names are refused on all paths (DNS rebinding).', async () => {
  await using opened = await open();
  for (const path of ['/metrics', '/healthz', '/other']) {
    const [status, body] = await get(opened.server.url, path, 'evil.example:9464');
    expect([status, body]).toEqual([
      421,
      expect.stringContaining('"evil.example:9464" is not a name of this server'),
    ]);
    expect(body).toContain('<metrics_hosts>');
  }
});

test('A request by HTTP/1.0 needs no host name.', async () => {
  await using opened = await open();
  const socket = connect(Number(new URL(opened.server.url).port), '127.0.0.1');
  socket.end('GET /healthz HTTP/1.0\r\n\r\n');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});
