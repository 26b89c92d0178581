import { describe, expect, it } from 'vitest';
import { composeConnections } from '../../../src/sampler/usage-connections.js';

describe('composeConnections', () => {
  const listed = (more: object) => ({
    protocol: 'tcp',
    localAddress: '127.0.0.1',
    localPort: '80',
    peerAddress: '0.0.0.0',
    peerPort: '*',
    state: 'LISTEN',
    pid: 7,
    ...more,
  });
  it.each([
    [{}, { family: 'ipv4', type: 'stream', local: '127.0.0.1:80', remote: '', status: 'LISTEN' }],
    [
      { protocol: 'tcp6', localAddress: '[::1]', peerAddress: '[::]' },
      { family: 'ipv6', type: 'stream', local: '[::1]:80', remote: '', status: 'LISTEN' },
    ],
    [
      { peerAddress: '127.0.0.1', peerPort: '5555', state: 'ESTABLISHED' },
      {
        family: 'ipv4',
        type: 'stream',
        local: '127.0.0.1:80',
        remote: '127.0.0.1:5555',
        status: 'ESTABLISHED',
      },
    ],
    [
      { protocol: 'udp', state: 'UNCONN' },
      { family: 'ipv4', type: 'dgram', local: '127.0.0.1:80', remote: '', status: 'NONE' },
    ],
  ])('%j', (more, expected) => {
    const found = composeConnections([listed(more), listed({ pid: 8 })], new Set([7]));
    expect([...found]).toEqual([[7, [{ pid: 7, fd: -1, ...expected }]]]);
  });
});
