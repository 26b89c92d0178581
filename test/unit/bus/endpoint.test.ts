import { describe, expect, it } from 'vitest';
import {
  addressOptions,
  isLocalEndpoint,
  bindToLoopbackIfLocal,
  parseTcpEndpoint,
  reachableEndpoint,
} from '../../../src/bus/endpoint.js';

describe('parseTcpEndpoint', () => {
  it.each([
    ['tcp://127.0.0.1:5556', '127.0.0.1', '5556'],
    ['tcp://*:*', '*', '*'],
    ['tcp://[::1]:80', '[::1]', '80'],
    ['tcp://host.example:65535', 'host.example', '65535'],
  ])('%s', (text, host, port) => {
    expect(parseTcpEndpoint(text)).toEqual({ host, port });
  });

  it.each([
    '',
    '127.0.0.1:1',
    'tcp://1:',
    'tcp://:1',
    'tcp://a:b',
    'tcp://a:123456',
    'ipc:///tmp/x',
    'tcp://a:1/b',
  ])('%j is not a TCP endpoint', (text) => {
    expect(parseTcpEndpoint(text)).toBeUndefined();
  });
});

describe('isLocalEndpoint: only this machine can reach', () => {
  it.each([
    ['tcp://127.0.0.1:1', true],
    ['tcp://127.9.9.9:1', true],
    ['tcp://localhost:1', true],
    ['tcp://[::1]:1', true],
    ['tcp://[0:0:0:0:0:0:0:1]:1', true],
    ['tcp://[::ffff:127.0.0.1]:1', true],
    ['tcp://[::ffff:10.0.0.1]:1', false],
    ['tcp://[fe80::1]:1', false],
    ['tcp://[0::0]:1', false],
    ['ipc:///tmp/socket', true],
    ['inproc://name', true],
    ['tcp://*:1', false],
    ['tcp://0.0.0.0:1', false],
    ['tcp://[::]:1', false],
    ['tcp://10.0.0.1:1', false],
    ['tcp://127.evil.example:1', false],
    ['tcp://localhost.evil.example:1', false],
    ['udp://127.0.0.1:1', false],
    ['', false],
  ])('%s: %s', (endpoint, isLocal) => {
    expect(isLocalEndpoint(endpoint)).toBe(isLocal);
  });
});

describe('bindToLoopbackIfLocal: a wildcard becomes loopback if clients connect locally', () => {
  it.each([
    ['tcp://*:5557', 'tcp://127.0.0.1:5557', 'tcp://127.0.0.1:5557'],
    ['tcp://0.0.0.0:5557', 'tcp://localhost:5557', 'tcp://localhost:5557'],
    ['tcp://[::]:5557', 'tcp://[::1]:5557', 'tcp://[::1]:5557'],
    ['tcp://*:5557', 'tcp://[::1]:5557', 'tcp://[::1]:5557'],
    ['tcp://[0:0::0]:5557', 'tcp://[::1]:5557', 'tcp://[::1]:5557'],
    ['tcp://*:*', 'tcp://127.0.0.1:9', 'tcp://127.0.0.1:*'],
    ['tcp://*:5557', 'tcp://10.0.0.1:5557', 'tcp://*:5557'],
    ['tcp://10.0.0.1:5557', 'tcp://127.0.0.1:5557', 'tcp://10.0.0.1:5557'],
    ['ipc:///tmp/x', 'tcp://127.0.0.1:1', 'ipc:///tmp/x'],
    ['tcp://*:1', 'ipc:///tmp/x', 'tcp://127.0.0.1:1'],
    ['tcp://*:1', 'ipc://@x', 'tcp://*:1'],
  ])('%s, used as %s, binds %s', (bind, connect, bound) => {
    expect(bindToLoopbackIfLocal(bind, connect)).toBe(bound);
  });
});

describe('reachableEndpoint', () => {
  it.each([
    ['tcp://0.0.0.0:7', 'tcp://127.0.0.1:7'],
    ['tcp://*:7', 'tcp://127.0.0.1:7'],
    ['tcp://[::]:7', 'tcp://[::1]:7'],
    ['tcp://[0::0]:7', 'tcp://[::1]:7'],
    ['tcp://10.0.0.1:7', 'tcp://10.0.0.1:7'],
    ['ipc:///tmp/x', 'ipc:///tmp/x'],
  ])('%s is reached at %s', (bound, reached) => {
    expect(reachableEndpoint(bound)).toBe(reached);
  });
});

describe('addressOptions', () => {
  it.each([
    ['tcp://[::1]:7', { ipv6: true }],
    ['tcp://[::]:*', { ipv6: true }],
    ['tcp://127.0.0.1:7', {}],
    ['tcp://localhost:7', {}],
    ['tcp://*:7', {}],
    ['ipc:///tmp/x', {}],
  ])('%s: %j', (endpoint, options) => {
    expect(addressOptions(endpoint)).toEqual(options);
  });
});
