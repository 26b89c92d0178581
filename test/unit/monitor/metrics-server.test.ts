// A real HTTP port, without a Monitor behind it.

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

test('Each path is for those who name this server as they reach it, or as it was configured.', async () => {
  await using opened = await open();
  const { url } = opened.server;
  for (const host of ['127.0.0.1:1', 'localhost', '[::1]:9464', 'Metrics.Example:80']) {
    expect(await get(url, '/metrics', host)).toEqual([200, 'figures']);
    expect(await get(url, '/healthz', host)).toEqual([200, 'ok\n']);
  }
});

test('What is wrong with the provider is what /healthz answers, with 503.', async () => {
  await using opened = await open('the journal cannot be written');
  expect(await get(opened.server.url, '/healthz', 'localhost')).toEqual([
    503,
    'the journal cannot be written\n',
  ]);
});

test('A name that somebody has pointed here is refused, whatever is asked for.', async () => {
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

test('A checker that speaks HTTP/1.0 needs no name.', async () => {
  await using opened = await open();
  const socket = connect(Number(new URL(opened.server.url).port), '127.0.0.1');
  socket.end('GET /healthz HTTP/1.0\r\n\r\n');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});
