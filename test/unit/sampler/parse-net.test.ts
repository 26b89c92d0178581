import { describe, expect, it } from 'vitest';
import { parseInternet, parseUnix } from '../../../src/sampler/parse-net.js';

// As machines with the lowest byte first write them, which all that these tests run on are.
const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const row = (local: string, remote: string, state: string, inode: number) =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 100 0 0 10 0\n`;

const V6 = {
  any: '00000000000000000000000000000000',
  one: '00000000000000000000000001000000',
  mapped: '0000000000000000FFFF00000100007F',
  long: 'B80D0120000000000000000001000000',
  zeros: 'B80D0120000001000000010000000500',
};

describe('parseInternet', () => {
  it.each<[string, [string, string, string], [string, string, string]]>([
    ['listening', ['0100007F:1F90', '00000000:0000', '0A'], ['127.0.0.1:8080', '', 'LISTEN']],
    [
      'connected',
      ['0A01A8C0:0016', '0201A8C0:D431', '01'],
      ['192.168.1.10:22', '192.168.1.2:54321', 'ESTABLISHED'],
    ],
    ['on its way out', ['0100007F:0001', '0100007F:0002', '06'], ['127.0.0.1:1', '127.0.0.1:2', 'TIME_WAIT']],
    ['half open', ['0100007F:0001', '0100007F:0002', '0C'], ['127.0.0.1:1', '127.0.0.1:2', 'SYN_RECV']],
    ['in an unknown state', ['0100007F:0001', '0100007F:0002', 'FF'], ['127.0.0.1:1', '127.0.0.1:2', 'NONE']],
    ['on all addresses', ['00000000:0050', '00000000:0000', '0A'], ['0.0.0.0:80', '', 'LISTEN']],
    ['on all of the new ones', [`${V6.any}:0050`, `${V6.any}:0000`, '0A'], ['[::]:80', '', 'LISTEN']],
    ['on the new loopback', [`${V6.one}:0050`, `${V6.any}:0000`, '0A'], ['[::1]:80', '', 'LISTEN']],
    ['mapped', [`${V6.mapped}:0050`, `${V6.any}:0000`, '0A'], ['[::ffff:127.0.0.1]:80', '', 'LISTEN']],
    ['with a gap', [`${V6.long}:0050`, `${V6.any}:0000`, '0A'], ['[2001:db8::1]:80', '', 'LISTEN']],
  ])('reads a TCP socket %s', (_what, [local, remote, state], [at, to, status]) => {
    const family = local.length > 13 ? 'ipv6' : 'ipv4';
    const found = parseInternet(HEAD + row(local, remote, state, 4711), { family, type: 'stream' });
    expect([...found]).toEqual([[4711, { family, type: 'stream', local: at, remote: to, status }]]);
  });

  it.each([
    ['07', '00000000:0000', 'NONE'],
    ['01', '0100007F:0035', 'ESTABLISHED'],
  ])('knows of a UDP socket in state %s whether it has a peer', (state, remote, status) => {
    const found = parseInternet(HEAD + row('0100007F:0001', remote, state, 1), {
      family: 'ipv4',
      type: 'dgram',
    });
    expect(found.get(1)).toMatchObject({ status, remote: remote.startsWith('0000') ? '' : '127.0.0.1:53' });
  });

  it('shortens no single zero', () => {
    const found = parseInternet(HEAD + row(`${V6.zeros}:0001`, `${V6.any}:0000`, '0A', 1), {
      family: 'ipv6',
      type: 'stream',
    });
    expect(found.get(1)?.local).toBe('[2001:db8:1:0:1:0:5:0]:1');
  });

  it.each([[''], [HEAD], [`${HEAD}   0: 0100007F:1F90 00000000:0000 0A`]])('finds nothing in %j', (text) => {
    expect(parseInternet(text, { family: 'ipv4', type: 'stream' }).size).toBe(0);
  });
});

describe('parseUnix', () => {
  const head = 'Num       RefCount Protocol Flags    Type St Inode Path\n';
  const num = '000000000f39a7b0: 00000003 00000000';
  it.each([
    ['00010000 0001 01 1613 /run/a socket', 1613, ['stream', '/run/a socket', 'LISTEN']],
    ['00000000 0001 03  1613', 1613, ['stream', '', 'ESTABLISHED']],
    ['00000000 0002 01 99 @/abstract', 99, ['dgram', '@/abstract', 'NONE']],
    ['00010000 0005 01 7 /run/udev/control', 7, ['seqpacket', '/run/udev/control', 'LISTEN']],
  ])('%s', (rest, inode, [type, local, status]) => {
    expect([...parseUnix(`${head}${num} ${rest}\n`)]).toEqual([
      [inode, { family: 'unix', type, local, remote: '', status }],
    ]);
  });

  it.each([[''], [head], [`${head}${num} 00010000 00`]])('finds nothing in %j', (text) => {
    expect(parseUnix(text).size).toBe(0);
  });
});
