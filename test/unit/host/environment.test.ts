// The variables of a program for its keys, with and without <Security> and <ready>heartbeat</ready>.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseServiceId, parseTransactionId } from '../../../src/base/ids.js';
import type { HostProgram, ProgramReadiness, RunBootstrap } from '../../../src/messages/host-bootstrap.js';
import { composeEnvironment } from '../../../src/host/program/environment.js';

const INHERITED = { CONTEXTD_KEYS_FD: '9', CONTEXTD_SERVER_KEY: 'of another provider' } as const;

/** As in a provider that is itself a service of a secured provider. */
beforeEach(() => void Object.assign(process.env, INHERITED));
afterEach(() => {
  for (const name of Object.keys(INHERITED)) Reflect.deleteProperty(process.env, name);
});

function composeFor(serverKey: string | undefined, ready: ProgramReadiness, env = {}): NodeJS.ProcessEnv {
  const bootstrap: RunBootstrap = {
    serviceType: 'Process',
    transaction: parseTransactionId('T1')!,
    serviceId: parseServiceId('ts_1')!,
    serviceName: 'test',
    contextId: 'context001',
    instance: 'Program',
    deviceAction: 'test_action',
    module: '',
    heartbeatMs: 2000,
    orphanGraceMs: 60_000,
    stopTimeoutMs: 5000,
    log: { path: '/log', out: '/out', maxBytes: 1, files: 1 },
  };
  const program: HostProgram = {
    file: '/bin/true',
    args: [],
    cwd: '/',
    env,
    user: undefined,
    ready,
    events: 'none',
    stdin: 'null',
    stopSignal: 'SIGTERM',
    stopTo: 'group',
    umask: undefined,
    rlimits: {},
  };
  const endpoints = { subscribe: 'tcp://127.0.0.1:5556', publish: 'tcp://127.0.0.1:5557' };
  return composeEnvironment(bootstrap, program, {
    endpoints,
    ...(serverKey === undefined ? {} : { serverKey }),
  });
}

const rows: readonly (readonly [
  string | undefined,
  ProgramReadiness,
  string | undefined,
  string | undefined,
])[] = [
  [undefined, { kind: 'heartbeat' }, undefined, undefined],
  [undefined, { kind: 'started' }, undefined, undefined],
  ['key', { kind: 'heartbeat' }, 'key', '3'],
  ['key', { kind: 'started' }, 'key', undefined],
  ['key', { kind: 'port', port: 80 }, 'key', undefined],
];

test.each(rows)('With the server key %s a program with %j gets %s and %s.', (key, ready, server, fd) => {
  const { CONTEXTD_SERVER_KEY, CONTEXTD_KEYS_FD } = composeFor(key, ready);
  expect([CONTEXTD_SERVER_KEY, CONTEXTD_KEYS_FD]).toEqual([server, fd]);
});

test('Variables of the context file are passed unless contextd sets them.', () => {
  const named = { CONTEXTD_SERVER_KEY: 'named' };
  expect(composeFor(undefined, { kind: 'started' }, named).CONTEXTD_SERVER_KEY).toBe('named');
  expect(composeFor('key', { kind: 'started' }, named).CONTEXTD_SERVER_KEY).toBe('key');
});
