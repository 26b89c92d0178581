// What is refused, and that every refusal is answered with its code.

import { expect, test } from 'vitest';
import type { CommandRequest } from '../../../src/client/client.js';
import { clientConfiguration } from '../../helpers/context.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { openProvider } from '../../helpers/provider.js';

expectNoLeftovers();

const forever = [{ id: 'ts_1', instance: 'Forever' }];

/** [what is refused, the command, after these, with this code] */
const refusals: readonly (readonly [string, CommandRequest, readonly CommandRequest[], string])[] = [
  [
    'a start of a service that is started',
    { action: 'start', transaction: 'T1' },
    [{ action: 'start', transaction: 'T1' }],
    'SVC_ALREADY_STARTED',
  ],
  [
    'a stop of an unknown transaction',
    { action: 'stop', transaction: 'T404' },
    [],
    'CTX_TRANSACTION_UNKNOWN',
  ],
  [
    'a restart of an unknown transaction',
    { action: 'restart', transaction: 'T404' },
    [],
    'CTX_TRANSACTION_UNKNOWN',
  ],
  [
    'a stop without a transaction when no transaction exists',
    { action: 'stop' },
    [],
    'CTX_TRANSACTION_UNKNOWN',
  ],
  [
    'a stop without a transaction when there are two',
    { action: 'stop' },
    [
      { action: 'start', transaction: 'T1' },
      { action: 'start', transaction: 'T2' },
    ],
    'CTX_AMBIGUOUS',
  ],
  [
    'a stop of an unknown service',
    { action: 'stop', transaction: 'T1', serviceId: 'ts_404' },
    [{ action: 'start', transaction: 'T1' }],
    'SVC_UNKNOWN',
  ],
  [
    'a restart of an unknown service',
    { action: 'restart', transaction: 'T1', serviceId: 'ts_404' },
    [{ action: 'start', transaction: 'T1' }],
    'SVC_UNKNOWN',
  ],
  [
    'a start of an unknown context',
    { action: 'start', serviceId: 'context404' },
    [],
    'CTX_CONFIGURATION_MISSING',
  ],
  ['a transaction id that is not valid', { action: 'start', transaction: 'no blanks' }, [], 'MSG_INVALID'],
  ['an unknown action', { action: 'juggle', transaction: 'T1' }, [], 'MSG_ACTION_UNKNOWN'],
  ['an action every object has', { action: 'constructor', transaction: 'T1' }, [], 'MSG_ACTION_UNKNOWN'],
  [
    'a configuration that is not valid',
    { action: 'start', configuration: { TaskService: 7 } },
    [],
    'CTX_INVALID',
  ],
  ['a configuration that is text', { action: 'start', configuration: 'start it all' }, [], 'CTX_INVALID'],
];

test.each(refusals)('%s is refused, and the provider lives on.', async (_what, command, before, code) => {
  await using test = await openProvider(forever);
  const client = await test.client();
  for (const each of before) expect((await client.command(each)).status.result).toBe('success');
  const { status } = await client.command(command);
  expect(status).toMatchObject({ result: 'failure', error: { code } });
  expect(status.error!.message).not.toBe('');
  const after = await client.command({ action: 'start', transaction: 'AFTER' });
  expect(after.status.result).toBe('success');
});

test('A refused service is in the answer with its state and pid, and runs on.', async () => {
  await using test = await openProvider(forever);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const started = await client.command({ action: 'start', transaction: 'T1' });
  const again = await client.command({ action: 'start', transaction: 'T1' });
  const { pid } = started.status.services[0]!;
  expect(again.status.services).toMatchObject([
    { service_id: 'ts_1', state: 'started', pid, error: { code: 'SVC_ALREADY_STARTED' } },
  ]);
  expect(observer.events()).toEqual(['created ts_1', 'started ts_1']);
});

test('A service that is unknown to a transaction makes no transaction.', async () => {
  await using test = await openProvider(forever);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1', serviceId: 'ts_404' });
  expect(status.error?.code).toBe('CTX_CONFIGURATION_MISSING');
  const configuration = clientConfiguration(forever);
  const other = await client.command({
    action: 'start',
    transaction: 'T1',
    serviceId: 'ts_404',
    configuration,
  });
  expect(other.status.error?.code).toBe('SVC_UNKNOWN');
  const listed = await client.command({ action: 'list' });
  expect(listed.status.transactions).toEqual([]);
});

test('Of several services in one start only those that run already are refused.', async () => {
  await using test = await openProvider([...forever, { id: 'ts_2', instance: 'Forever' }]);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  await client.command({ action: 'stop', transaction: 'T1', serviceId: 'ts_2' });
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  expect(status.result).toBe('failure');
  const results = Object.fromEntries(
    status.services.map((each) => [each.service_id, each.error?.code ?? each.state]),
  );
  expect(results).toEqual({ ts_1: 'SVC_ALREADY_STARTED', ts_2: 'started' });
});

test('A question about an unknown transaction is answered with the reason.', async () => {
  await using test = await openProvider(forever);
  const client = await test.client();
  await expect(client.request('T404')).rejects.toMatchObject({ code: 'CTX_TRANSACTION_UNKNOWN' });
});

test('Two services with one id in a configuration from the bus are refused.', async () => {
  await using test = await openProvider(forever);
  const client = await test.client();
  const configuration = clientConfiguration([...forever, ...forever]);
  const { status } = await client.command({ action: 'start', configuration });
  expect(status).toMatchObject({ result: 'failure', error: { code: 'CTX_INVALID' } });
});
