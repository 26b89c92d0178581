// /proc/PID/net/{tcp,udp,raw,...,unix} -> sockets by inode. Pure.

import { endianness } from 'node:os';
import type { OpenConnection } from './sample.js';

/** A socket, without the process that has it open. */
export type Socket = Omit<OpenConnection, 'pid' | 'fd'>;

/** The socket tables of a network namespace. */
export const NET_TABLES = [
  { file: 'tcp', family: 'ipv4', type: 'stream' },
  { file: 'tcp6', family: 'ipv6', type: 'stream' },
  { file: 'udp', family: 'ipv4', type: 'dgram' },
  { file: 'udp6', family: 'ipv6', type: 'dgram' },
  { file: 'raw', family: 'ipv4', type: 'raw' },
  { file: 'raw6', family: 'ipv6', type: 'raw' },
] as const satisfies readonly ({ file: string } & Pick<Socket, 'family' | 'type'>)[];

/** TCP states by their number in Linux; UDP and raw sockets use some of them. */
const TCP_STATES = [
  'NONE',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
  'SYN_RECV',
];

/** Parses lines `sl: local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode ...`. */
export function parseInternet(
  text: string,
  { family, type }: Pick<Socket, 'family' | 'type'>,
): ReadonlyMap<number, Socket> {
  const sockets = new Map<number, Socket>();
  for (const line of text.split('\n').slice(1)) {
    const [, local, remote, state, , , , , , inode] = line.trim().split(/\s+/, 10);
    if (inode === undefined) continue;
    sockets.set(Number(inode), {
      family,
      type,
      local: composeAddress(local ?? ''),
      remote: composeRemote(remote ?? ''),
      status: nameState(type, Number.parseInt(state ?? '', 16)),
    });
  }
  return sockets;
}

/** Connectionless sockets without a peer are in state CLOSE (7); report NONE for them. */
function nameState(type: Socket['type'], state: number): string {
  const name = TCP_STATES[state] ?? 'NONE';
  return type !== 'stream' && name !== 'ESTABLISHED' ? 'NONE' : name;
}

function composeRemote(text: string): string {
  return text.endsWith(':0000') ? '' : composeAddress(text);
}

/** Converts `0100007F:1F90` to `127.0.0.1:8080`, and 32 digits to `[::1]:8080`. */
function composeAddress(text: string): string {
  const [digits = '', port = ''] = text.split(':');
  const bytes = (digits.match(/.{8}/g) ?? []).flatMap(wordToBytes);
  const address = bytes.length === 4 ? bytes.join('.') : `[${composeIpv6(bytes)}]`;
  return `${address}:${Number.parseInt(port, 16)}`;
}

/** The digits are a number in host byte order; addresses are in network byte order. */
function wordToBytes(word: string): readonly number[] {
  const bytes = (word.match(/../g) ?? []).map((each) => Number.parseInt(each, 16));
  return endianness() === 'LE' ? bytes.reverse() : bytes;
}

function composeIpv6(bytes: readonly number[]): string {
  const isMapped = bytes.slice(0, 12).every((byte, index) => byte === (index < 10 ? 0 : 255));
  if (isMapped) return `::ffff:${bytes.slice(12).join('.')}`;
  const groups = Array.from({ length: 8 }, (_, at) => ((bytes[at * 2] ?? 0) << 8) | (bytes[at * 2 + 1] ?? 0));
  const { start, length } = longestZeros(groups);
  const write = (part: readonly number[]) => part.map((each) => each.toString(16)).join(':');
  if (length < 2) return write(groups);
  return `${write(groups.slice(0, start))}::${write(groups.slice(start + length))}`;
}

/** Finds the first of the longest runs of zeros, which `::` replaces. */
function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start += 1) {
    let end = start;
    while (groups[end] === 0) end += 1;
    if (end - start > best.length) best = { start, length: end - start };
  }
  return best;
}

const UNIX_TYPES: Readonly<Record<string, Socket['type']>> = {
  '0001': 'stream',
  '0002': 'dgram',
  '0003': 'raw',
  '0005': 'seqpacket',
};
const UNIX_LISTENS = 0x10000;
const UNIX_CONNECTED = 3;

/** Parses lines `Num: RefCount Protocol Flags Type St Inode Path`; the path may contain blanks. */
export function parseUnix(text: string): ReadonlyMap<number, Socket> {
  const sockets = new Map<number, Socket>();
  for (const line of text.split('\n').slice(1)) {
    const fields = /^\S+ \S+ \S+ (\S+) (\S+) (\S+) +(\d+)(?: (.*))?$/.exec(line);
    if (fields === null) continue;
    const [, flags = '', type = '', state = '', inode, path = ''] = fields;
    const isListening = (Number.parseInt(flags, 16) & UNIX_LISTENS) !== 0;
    const isConnected = Number.parseInt(state, 16) === UNIX_CONNECTED;
    sockets.set(Number(inode), {
      family: 'unix',
      type: UNIX_TYPES[type] ?? 'stream',
      local: path,
      remote: '',
      status: isListening ? 'LISTEN' : isConnected ? 'ESTABLISHED' : 'NONE',
    });
  }
  return sockets;
}
