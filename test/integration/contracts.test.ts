// What is published of the messages is true of what is said: every frame of a context's life, by its JSON Schema.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import type { Envelope } from '../../src/bus/envelope.js';
import { CONTRACTS } from '../../src/messages/contracts.js';
import { parseBody } from '../../src/messages/message.js';
import { clientConfiguration } from '../helpers/context.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { openProvider } from '../helpers/provider.js';
import { openRawReader } from '../helpers/raw-reader.js';

expectNoLeftovers();

const SERVICES = [
  { id: 'ts_1', instance: 'Ticks', configuration: { every_ms: '20' }, supervision: { heartbeat_s: 1 } },
  { id: 'ts_2', instance: 'Failing', transitions: { on_fail: 'restart ts_3' }, entry: 'on_exit' as const },
  { id: 'ts_3', instance: 'Prints', serviceType: 'Thread' as const },
];
/** Topics of a sender's own, and the signed orders to thread hosts. */
const PRIVATE = /^(echo|mark|threads)\./;

const schemaFolder = join(packageRoot, 'conf', 'schemas');
const ajv = new Ajv({ strict: false });
for (const file of readdirSync(schemaFolder)) {
  ajv.addSchema(
    JSON.parse(readFileSync(join(schemaFolder, file), 'utf8')) as object,
    basename(file, '.json'),
  );
}

function faultsOf(name: string, body: unknown): readonly string[] {
  if (ajv.validate(name, body)) return [];
  return [`${name}: ${ajv.errorsText()} in ${JSON.stringify(body)}`];
}

function addressOf(topic: string): string {
  return topic.replace(/^(process|heartbeat)\.[^.]+\..+$/, '$1.{transaction}.{service}');
}

/** Which contract a frame is under, and what is wrong with it. */
function judge({ topic, body }: Envelope): {
  readonly names: readonly string[];
  readonly faults: readonly string[];
} {
  const message = parseBody(topic, body);
  const faults = [...faultsOf(message.kind, body)];
  const topics: readonly string[] = CONTRACTS[message.kind].topics;
  if (!topics.includes(addressOf(topic))) faults.push(`${message.kind} is said on ${topic}`);
  if (message.kind !== 'state_reply') return { names: [message.kind], faults };
  const { action } = message.header;
  return { names: [message.kind, action], faults: [...faults, ...faultsOf(action, message.content)] };
}

test('Every frame of the life of a context is as its JSON Schema says.', async () => {
  await using context = await openProvider(SERVICES);
  await using reader = await openRawReader(context.provider.endpoints, '');
  const client = await context.client();
  const transaction = 'T1';
  const command = (action: string, serviceId = '', more = {}) =>
    client.command({ action, transaction, serviceId, ...more });
  await command('start');
  await command('start', 'ts_2');
  await command('restart', 'ts_1');
  await command('dance');
  await command('stop', 'ts_9');
  await command('reload', '', { configuration: clientConfiguration(SERVICES.slice(0, 2)), isDryRun: true });
  await command('validate', '', { configuration: clientConfiguration(SERVICES) });
  await command('list');
  await client.process(
    {
      Task: { message: { header: { action: 'restart', service_id: 'ts_1', message_id: 'm1', transaction } } },
    },
    'm1',
  );
  await client.request();
  await client.request(transaction);
  for (const action of ['history', 'why', 'logs'] as const)
    await client.request(transaction, { action, serviceId: 'ts_1' });
  await reader.seen.waitFor(({ topic }) => topic.startsWith('heartbeat.'));
  await command('stop');
  await command('exit');
  await context.provider.closed;
  const frames = reader.seen.items.filter(({ topic }) => !PRIVATE.test(topic));
  const judged = frames.map(judge);
  expect(judged.flatMap(({ faults }) => faults)).toEqual([]);
  expect(new Set(judged.flatMap(({ names }) => names))).toEqual(
    new Set([
      ...['context_command', 'process_command', 'service_event', 'context_info', 'heartbeat'],
      ...['state_request', 'state_reply', 'command_reply', 'host_notice'],
      ...['reply_context', 'reply_history', 'reply_why', 'reply_logs'],
    ]),
  );
});

test('A body that is not as its schema says is found.', () => {
  const header = { action: 'started', service_id: 'ts_1', service_transaction: 'T1' };
  const content = { status: { result: 'success', device_action: '', pid: 'four' } };
  expect(faultsOf('service_event', { header, content })).toHaveLength(1);
});
