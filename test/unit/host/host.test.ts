// The host with a bus and runs in memory: when it starts, stops, terminates and reports runs, and when it ends.

import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createDeferred } from '../../../src/base/deferred.js';
import { LogFile } from '../../../src/base/log-file.js';
import type { Connection } from '../../../src/bus/connection.js';
import { encodeEnvelope } from '../../../src/bus/envelope.js';
import type { HostedRun, RunEnd, RunPorts } from '../../../src/host/hosted-run.js';
import { Host } from '../../../src/host/process/host.js';
import { StartedGroups } from '../../../src/host/started-groups.js';
import type { HostBootstrap, HostRun } from '../../../src/messages/host-bootstrap.js';
import { hostCommandTopic, signCommand, type HostCommand } from '../../../src/messages/host-command.js';
import { eventually } from '../../helpers/eventually.js';
import { settle } from '../../helpers/fake-launcher.js';
import { openFolder } from '../../helpers/folder.js';
import { ManualClock } from '../../helpers/manual-clock.js';

class FakeRun implements HostedRun {
  readonly #ended = createDeferred<RunEnd>();
  readonly ended = this.#ended.promise;
  readonly calls: string[] = [];
  readonly ports: RunPorts;

  constructor(ports: RunPorts) {
    this.ports = ports;
  }

  stop(): void {
    this.calls.push('stop');
  }

  terminate(): void {
    this.calls.push('terminate');
  }

  onSubscriber(): void {
    this.calls.push('subscriber');
  }

  async end(end: RunEnd = { exitCode: 0 }): Promise<void> {
    this.#ended.resolve(end);
    await settle();
  }
}

/** A bus whose provider comes and goes as the test says. */
function openBus() {
  const published: unknown[] = [];
  let receive: (frame: Uint8Array) => void = () => undefined;
  let provider = createDeferred<void>();
  let onConnection: (isConnected: boolean) => void = () => undefined;
  let onSubscriber: () => void = () => undefined;
  const connection = {
    subscribe: () => undefined,
    unsubscribe: () => undefined,
    close: () => Promise.resolve(),
    publish: (_topic: string, body: unknown) => Promise.resolve(published.push(body)),
    publisher: {
      hasSubscriber: () => false,
      waitForSubscriber: () => provider.promise,
      waitForNewSubscriber: () => (provider = createDeferred<void>()).promise,
      onConnectionChange: (listener: typeof onConnection) => (onConnection = listener),
      onSubscribeTo: (_topic: string, listener: () => void) => (onSubscriber = listener),
    },
  };
  return {
    published,
    connect: (_topics: readonly string[], handle: typeof receive) => {
      receive = handle;
      return connection as unknown as Connection;
    },
    deliver: (topic: string, body: unknown) => receive(Buffer.from(encodeEnvelope({ topic, body }))),
    findProvider: async () => {
      provider.resolve();
      await settle();
    },
    loseProvider: () => onConnection(false),
    subscribe: () => onSubscriber(),
  };
}

const hostRun = (token: string) =>
  ({
    token,
    maxHeapMb: 1,
    bootstrap: { serviceId: token, orphanGraceMs: 1000, stopTimeoutMs: 500 },
  }) as unknown as HostRun;

async function openHost(kind: 'process' | 'threads', { refused = [] as readonly string[] } = {}) {
  const folder = await openFolder();
  const clock = new ManualClock();
  const bus = openBus();
  const runs = new Map<string, FakeRun>();
  const logFile = new LogFile({ path: join(folder.path, 'host.log'), maxBytes: 10_000, files: 1 });
  const address = kind === 'process' ? {} : { host: 'h1', key: 'secret' };
  const bootstrap = { ...address, runsIn: 'main_thread', runs: [hostRun('a')], presence: 'provider.x' };
  const host = new Host(bootstrap as unknown as HostBootstrap, {
    ...{ clock, logFile, security: undefined, groups: new StartedGroups() },
    ...{ connect: bus.connect, endProcess: () => undefined },
    start: ({ token }, ports) => {
      if (refused.includes(token)) throw new Error('no threads left');
      const run = new FakeRun(ports);
      runs.set(token, run);
      return run;
    },
  });
  const ends: RunEnd[] = [];
  void host.run().then((end) => ends.push(end));
  const command = (order: HostCommand) => bus.deliver(hostCommandTopic('h1'), signCommand(order, 'secret'));
  const run = (token: string) => runs.get(token)!;
  return {
    ...{ host, bus, clock, run, runs, command, ends },
    [Symbol.asyncDispose]: async () => {
      logFile.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

it('A process ends with its run, with its exit code and signal.', async () => {
  await using test = await openHost('process');
  const { bus, run, ends } = test;
  await bus.findProvider();
  await run('a').end({ exitCode: 3, signal: 'SIGTERM' });
  expect(ends).toEqual([{ exitCode: 3, signal: 'SIGTERM' }]);
  expect(bus.published).toEqual([]);
});

it('A host of threads executes commands, reports ends, and ends by command when it has no runs.', async () => {
  await using test = await openHost('threads');
  const { bus, run, runs, command, ends } = test;
  await bus.findProvider();
  command({ action: 'launch', ...hostRun('b') });
  command({ action: 'launch', ...hostRun('b') });
  command({ action: 'list' });
  command({ action: 'stop', token: 'a' });
  command({ action: 'terminate', token: 'b' });
  command({ action: 'terminate', token: 'not here' });
  bus.subscribe();
  await settle();
  expect([...runs].map(([token, { calls }]) => [token, ...calls])).toEqual([
    ['a', 'stop', 'subscriber'],
    ['b', 'terminate', 'subscriber'],
  ]);
  const header = (action: string) => ({ action, host: 'h1' });
  expect(bus.published.splice(0)).toEqual([
    { header: header('running'), content: { threads: [{ token: 'a' }, { token: 'b' }] } },
  ]);
  await run('a').end();
  await run('b').end({ exitCode: 1, errorCode: 'ERR_WORKER_OUT_OF_MEMORY' });
  expect(bus.published).toEqual([
    { header: header('ended'), content: { threads: [{ token: 'a', exit_code: 0 }] } },
    {
      header: header('ended'),
      content: { threads: [{ token: 'b', exit_code: 1, error_code: 'ERR_WORKER_OUT_OF_MEMORY' }] },
    },
  ]);
  expect(ends).toEqual([]);
  command({ action: 'exit' });
  await settle();
  expect(ends).toEqual([{ exitCode: 0 }]);
});

it('A host that is to exit runs on until its runs have ended, and takes another run meanwhile.', async () => {
  await using test = await openHost('threads');
  const { bus, run, command, ends } = test;
  await bus.findProvider();
  command({ action: 'exit' });
  command({ action: 'launch', ...hostRun('b') });
  await run('a').end();
  await run('b').end();
  expect(ends).toEqual([]);
  command({ action: 'exit' });
  await settle();
  expect(ends).toHaveLength(1);
});

it('Each run has its own orphan grace; without runs and provider the host ends, with the last exit code.', async () => {
  await using test = await openHost('threads');
  const { bus, run, clock, ends } = test;
  await bus.findProvider();
  expect(run('a').ports.presence.state).toBe('present');
  bus.loseProvider();
  expect(run('a').ports.presence.state).toBe('gone');
  clock.advance(1000);
  expect([run('a').calls, run('a').ports.presence.state]).toEqual([['stop'], 'given_up']);
  clock.advance(500);
  expect(run('a').calls).toEqual(['stop', 'terminate']);
  await run('a').end({ exitCode: 1 });
  // It searches for processes that the run has left.
  await eventually(() => ends.length > 0, 'the host has ended');
  expect(ends).toEqual([{ exitCode: 1 }]);
});

it('An idle host ends when it loses its provider.', async () => {
  await using test = await openHost('threads');
  const { bus, run, ends } = test;
  await bus.findProvider();
  await run('a').end();
  expect(ends).toEqual([]);
  bus.loseProvider();
  await settle();
  expect(ends).toEqual([{ exitCode: 0 }]);
});

it.each(['process', 'threads'] as const)(
  'A host (%s) that is stopped asks its runs to end.',
  async (kind) => {
    await using test = await openHost(kind);
    const { host, bus, run, clock, ends } = test;
    await bus.findProvider();
    host.stop();
    expect(run('a').calls).toEqual(['stop']);
    clock.advance(500);
    // A process can be killed from outside, a thread only by its host.
    expect(run('a').calls).toEqual(kind === 'process' ? ['stop'] : ['stop', 'terminate']);
    await run('a').end();
    expect(ends).toEqual([{ exitCode: 0 }]);
  },
);

it('A run that cannot be started is reported as ended; a host whose only run it is ends.', async () => {
  await using test = await openHost('threads', { refused: ['b'] });
  await test.bus.findProvider();
  test.command({ action: 'launch', ...hostRun('b') });
  await settle();
  expect(test.bus.published).toMatchObject([
    { header: { action: 'ended' }, content: { threads: [{ token: 'b', exit_code: 1 }] } },
  ]);
  expect(test.ends).toEqual([]);
  await using other = await openHost('threads', { refused: ['a'] });
  await settle();
  expect(other.ends).toEqual([{ exitCode: 1 }]);
});
