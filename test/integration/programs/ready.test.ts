// When a program counts as started: at once, by a printed line, by an open port.

import { createServer, type Server } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { eventually } from '../../helpers/eventually.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { readServiceLog, pythonService, shellService } from '../../helpers/program-services.js';
import { openProvider } from '../../helpers/provider.js';
import { isRunning } from '../../helpers/processes.js';
import { freePorts } from '../../helpers/ports.js';
import { needs } from '../../helpers/requirements.js';

expectNoLeftovers();

test('By default a program is started as soon as it runs.', async () => {
  await using test = await openProvider([shellService('ts_1', 'exec sleep 1000')]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  expect(status).toMatchObject({ result: 'success', services: [{ state: 'started' }] });
  expect(observer.events()).toEqual(['created ts_1', 'started ts_1']);
  const stopped = await client.command({ action: 'stop', transaction: 'T1' });
  expect(stopped.status).toMatchObject({ result: 'success', services: [{ state: 'stopped', pid: null }] });
  expect(observer.events()).toEqual(['created ts_1', 'started ts_1', 'stopped ts_1']);
  expect(isRunning(status.services[0]!.pid!)).toBe(false);
});

test.each([
  ['standard output', 'echo going up; read_gate; echo "server ready on 8080"; exec sleep 1000'],
  ['standard error', 'echo going up; read_gate; echo "server ready on 8080" >&2; exec sleep 1000'],
])('A program is started when a line it prints on %s matches.', async (_stream, script) => {
  const wait = 'read_gate() { until [ -e gate ]; do sleep 0.02; done; };';
  const command = { ready: 'line', ready_line: 'ready on \\d+$' };
  await using test = await openProvider([shellService('ts_1', `${wait} ${script}`, command)]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const answer = client.command({ action: 'start', transaction: 'T1' });
  await eventually(() => readServiceLog(test, 'ts_1').includes('going up'), 'it runs');
  await observer.waitForEvent('ts_1', 'created');
  expect(observer.events()).toEqual(['created ts_1']);
  await writeFile(join(test.folder, 'gate'), '');
  expect((await answer).status).toMatchObject({ services: [{ state: 'started' }] });
  await observer.waitForEvent('ts_1', 'started');
  expect(observer.events()).toEqual(['created ts_1', 'started ts_1']);
});

test('A program is started when its port is open.', needs('python3'), async () => {
  const [port] = await freePorts(1);
  const command = { arg: [String(port), 'gate'], ready: 'port', ready_port: String(port) };
  await using test = await openProvider([pythonService('ts_1', 'listens.py', command)]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const answer = client.command({ action: 'start', transaction: 'T1' });
  await observer.waitForEvent('ts_1', 'created');
  expect(observer.events()).toEqual(['created ts_1']);
  await writeFile(join(test.folder, 'gate'), '');
  expect((await answer).status).toMatchObject({ services: [{ state: 'started' }] });
  await eventually(() => readServiceLog(test, 'ts_1') === 'listening\n', 'it has said so itself');
});

test(
  'An open port of another process is not taken for the port of the program.',
  needs('python3'),
  async () => {
    const { server, port } = await listen();
    const command = { arg: [String(port)], ready: 'port', ready_port: String(port) };
    await using test = await openProvider([pythonService('ts_1', 'listens.py', command)]);
    const client = await test.client();
    const { status } = await client.command({ action: 'start', transaction: 'T1' });
    expect(status.error).toMatchObject({
      code: 'SVC_LAUNCH_FAILED',
      message: `port ${port} is already in use before the program has started`,
      hint: expect.stringContaining('stop the process that listens') as string,
    });
    server.close();
  },
);

test.each([
  ['a line', { ready: 'line', ready_line: 'never' }],
  ['a port', { ready: 'port', ready_port: '1' }],
])('A program that is not ready in time, by %s, fails and nothing of it is left.', async (_what, command) => {
  const supervision = { start_timeout_s: 0.5 };
  const script = 'sleep 1000 & exec sleep 1001';
  await using test = await openProvider([shellService('ts_1', script, command, { supervision })]);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  expect(status.error).toMatchObject({ code: 'SVC_START_TIMEOUT' });
});

test.each([
  ['ended with exit code 0', 'exit 0', { exit_code: 0 }],
  ['ended with exit code 7', 'exit 7', { exit_code: 7 }],
  ['was ended by SIGKILL', 'kill -KILL $$', { signal: 'SIGKILL' }],
])('A program that %s before it was ready has failed, not exited.', async (how, script, reported) => {
  const command = { ready: 'line', ready_line: 'never' };
  await using test = await openProvider([shellService('ts_1', script, command)]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  const message = `ts_1: the program ${how} before it was ready`;
  expect(status.error).toMatchObject({ code: 'SVC_EXITED', message });
  const failed = await observer.waitForEvent('ts_1', 'failed');
  expect(failed.content.status).toMatchObject({ result: 'failure', ...reported });
  expect(observer.events()).toEqual(['created ts_1', 'failed ts_1']);
});

test('A program that is stopped before it is ready is stopped without having started.', async () => {
  const command = { ready: 'line', ready_line: 'never' };
  await using test = await openProvider([shellService('ts_1', 'echo up; exec sleep 1000', command)]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const answer = client.command({ action: 'start', transaction: 'T1' });
  await eventually(() => readServiceLog(test, 'ts_1') === 'up\n', 'it runs');
  const { status } = await client.command({ action: 'stop', transaction: 'T1', serviceId: 'ts_1' });
  expect(status.services).toMatchObject([{ state: 'stopped' }]);
  expect((await answer).status.result).toBe('failure');
  expect(observer.events()).toEqual(['created ts_1', 'stopped ts_1']);
});

async function listen(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, port: address.port };
}
