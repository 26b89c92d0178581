// Generates invalid frames: random bytes, and valid messages with random damage.

import { encodeEnvelope } from '../../src/bus/envelope.js';
import type { ContextConfiguration } from '../../src/model/context.js';
import { parseFrame } from '../../src/messages/message.js';
import type { Random } from './chaos.js';
import { TRANSACTION } from './project.js';

/** The transaction of all valid messages, which does not exist. */
const NOWHERE = 'NoSuchTransactionAnywhere';
const TOPICS = ['context', 'process', 'control', 'state', 'threads', 'process.T1.ts_1', 'heartbeat.T1.ts_1'];
/** Actions that would start services or end the provider, even with an unknown transaction. */
const RUNS = ['start', 'exit'];
const CHANGES = ['stop', 'restart', 'reload'];
const DEEP = `${'['.repeat(5000)}${']'.repeat(5000)}`;
/** JSON fragments to insert. */
const TOKENS = [
  ...['null', '0', '-1', '1e999', '0.1', 'true', '[]', '{}', '""', '"\\u0000"', '"\\ud800"', '[[[[]]]]'],
  ...['{"__proto__":{"action":"list"}}', '{"constructor":{"prototype":{"isAdmin":true}}}', '"\\u202e"'],
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    ',',
    ':',
    '\\',
    '@@@',
    ' @@@ ',
    '\0',
    '\n',
    '\u2028',
    'ts_1',
    '../../etc/passwd',
  ],
];

/** One valid message of each kind that a provider receives. */
export function validMessages(configuration: ContextConfiguration): readonly string[] {
  const named = { service_id: 'ts_1', service_name: 'test', service_transaction: NOWHERE };
  const header = (action: string, more = {}) => ({ header: { action, ...named, sender: 'fuzz', ...more } });
  const status = { result: 'failure', device_action: 'x', pid: 1, error: { code: 'X', message: 'y' } };
  const [service] = configuration.TaskService;
  const message = {
    header: { action: 'stop', service_id: 'ts_1', service_name: 'test', transaction: NOWHERE },
  };
  const beat = { pid: 1, started_at: 'now', state: 'started', seq: 3, ready: true, event_loop_lag_ms: 0 };
  const threads = [{ token: 'thread/a/b/c/1', exit_code: 1, error_code: 'ERR_WORKER_OUT_OF_MEMORY' }];
  return [
    ...['stop', 'restart', 'list', 'reload'].map((action) => ['context', header(action)] as const),
    ['context', { ...header('validate'), content: { configuration } }] as const,
    ...['request', 'why', 'history', 'logs', 'figures'].map((each) => ['state', header(each)] as const),
    ...['updated', 'failed', 'stopped'].map(
      (action) => ['control', { ...header(action, { seq: 7 }), content: { status } }] as const,
    ),
    ['process', { ...service, Task: { ...service!.Task, message } }] as const,
    [`heartbeat.${NOWHERE}.ts_1`, { ...header('beat'), content: beat }] as const,
    ['threads', { header: { action: 'ended', host: 'fuzz' }, content: { threads } }] as const,
  ].map(([topic, body]) => encodeEnvelope({ topic, body }));
}

/** Returns the next frame, which depends only on `random`. */
export function fuzzFrame(random: Random, valid: readonly string[]): Buffer {
  for (;;) {
    const frame = anyFrame(random, valid);
    if (!isExecutable(frame)) return frame;
  }
}

function anyFrame(random: Random, valid: readonly string[]): Buffer {
  const kind = random.integer(10);
  if (kind === 0) return randomBytes(random);
  if (kind === 1) return Buffer.concat([Buffer.from(`${random.pick(TOPICS)} @@@ `), randomBytes(random)]);
  if (kind === 2) return Buffer.from(`${random.pick(TOPICS)} @@@ ${random.pick([...TOKENS, DEEP])}`);
  if (kind <= 5) return Buffer.from(withRandomValue(random, random.pick(valid)));
  let bytes: Buffer = Buffer.from(random.pick(valid));
  for (let count = 1 + random.integer(4); count > 0; count -= 1) bytes = damage(random, bytes, valid);
  return bytes;
}

function randomBytes(random: Random): Buffer {
  return Buffer.from(Array.from({ length: random.integer(400) }, () => random.integer(256)));
}

/** Replaces one value or key; the result can still be JSON. */
function withRandomValue(random: Random, text: string): string {
  const places = [...text.matchAll(/"[^"]*"|\b\d+\b/g)];
  const place = random.pick(places);
  const replacement =
    place[0].startsWith('"') && random.integer(4) === 0 ? '"__proto__"' : random.pick(TOKENS);
  return text.slice(0, place.index) + replacement + text.slice(place.index + place[0].length);
}

function damage(random: Random, bytes: Buffer, valid: readonly string[]): Buffer {
  const at = random.integer(bytes.length + 1);
  const to = Math.min(bytes.length, at + random.integer(20));
  const [before, behind] = [bytes.subarray(0, at), bytes.subarray(to)];
  switch (random.integer(6)) {
    case 0:
      return Buffer.concat([before, Buffer.from([random.integer(256)]), bytes.subarray(at + 1)]);
    case 1:
      return Buffer.from(before);
    case 2:
      return Buffer.concat([before, behind]);
    case 3:
      return Buffer.concat([before, bytes.subarray(at, to), bytes.subarray(at)]);
    case 4:
      return Buffer.concat([before, Buffer.from(random.pick(TOKENS)), bytes.subarray(at)]);
    default:
      return Buffer.concat([before, Buffer.from(random.pick(valid)).subarray(at)]);
  }
}

/** Whether the frame is still a valid command for the services under test, which would execute it. */
function isExecutable(frame: Buffer): boolean {
  try {
    const message = parseFrame(frame);
    if (message.kind !== 'context_command' && message.kind !== 'process_command') return false;
    const header = message.kind === 'context_command' ? message.header : message.Task.message.header;
    const { action, transaction: other, service_transaction: own } = header;
    const transaction = message.kind === 'context_command' ? (own ?? other) : (other ?? own);
    const isElsewhere = typeof transaction === 'string' && transaction.length > TRANSACTION.length;
    if (action === 'restart' && frame.includes('"configuration"')) return true;
    return RUNS.includes(action) || (CHANGES.includes(action) && !isElsewhere);
  } catch {
    return false;
  }
}
