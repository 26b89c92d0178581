// Commands: which are executed, which are answered again, which are refused.

import { expect, it } from 'vitest';
import { createDeferred } from '../../../src/base/deferred.js';
import { Health } from '../../../src/base/health.js';
import type { ContextCommandBody } from '../../../src/messages/context-command.js';
import { CommandHandler } from '../../../src/provider/command-handler.js';
import type { CommandAnswer, CommandPorts } from '../../../src/provider/commands/command-context.js';
import { IdempotencyCache } from '../../../src/provider/idempotency-cache.js';
import { openSupervisor } from '../../helpers/fake-launcher.js';
import { createCommandPorts } from '../../../src/provider/commands/create-command-ports.js';
import { testContextFile } from '../../helpers/context.js';

const FAULT = { code: 'CTX_JOURNAL_UNWRITABLE', message: 'the journal cannot be written', hint: 'make room' };

function openCommands(given: Partial<CommandPorts> = {}) {
  const { supervisor, transactions, clock, transaction } = openSupervisor([{ id: 'a' }]);
  const health = new Health(() => undefined);
  const commandPorts = createCommandPorts(
    {
      ...{ supervisor, transactions, clock, health },
      prepare: () => Promise.resolve({ module: '/a.mjs', codeHash: 'c1' }),
      persist: () => Promise.resolve(),
      checkCode: () => undefined,
      checkOpen: () => undefined,
      ...given,
    },
    testContextFile('/work', transaction.configuration),
    undefined,
  );
  const executed: string[] = [];
  const replies: string[] = [];
  const cache = new IdempotencyCache<CommandAnswer>(clock);
  let exits = 0;
  const commands = new CommandHandler({
    commandPorts,
    cache,
    outbox: {
      reply: ({ asked, reader }, action, content) => {
        const { status } = content as { status: CommandAnswer['status'] };
        const key = reader === undefined ? '' : ` for ${reader}`;
        replies.push(`${action} ${asked.message_id ?? '-'}${key}: ${status.error?.code ?? status.result}`);
      },
    },
    notice: (notice) => {
      if (notice.kind === 'command') executed.push(notice.action);
    },
    exit: () => (exits += 1),
  });
  const send = async (action: string, messageId?: string, clientKey?: string) => {
    const command = commandOf(action, messageId);
    if (!commands.answerAgain(command, clientKey)) await commands.handle(command, clientKey);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { commands, cache, health, send, executed, replies, exits: () => exits };
}

function commandOf(action: string, messageId: string | undefined): ContextCommandBody {
  const header = { action, service_id: '', service_name: 'context', service_transaction: 'T0' };
  return {
    header: messageId === undefined ? header : { ...header, message_id: messageId },
    content: { configuration: undefined },
  };
}

it('executes a command once and answers it each time', async () => {
  const { send, executed, replies } = openCommands();
  await send('stop', 'm1');
  await send('stop', 'm1');
  await send('stop', 'm2');
  await send('stop');
  await send('stop');
  expect(executed).toEqual(['stop', 'stop', 'stop', 'stop']);
  const unknown = (id: string) => `reply_stop ${id}: CTX_TRANSACTION_UNKNOWN`;
  expect(replies).toEqual(['m1', 'm1', 'm2', '-', '-'].map(unknown));
});

it('executes list and validate each time, and keeps no answer', async () => {
  const { send, executed, cache } = openCommands();
  for (const action of ['list', 'list', 'validate', 'validate']) await send(action, 'm1');
  expect(executed).toEqual(['list', 'list', 'validate', 'validate']);
  expect(cache.settled(0).count).toBe(0);
});

it('keeps the answers to two clients apart, though they use one message id', async () => {
  const { send, executed, replies } = openCommands();
  await send('stop', 'm1', 'key-1');
  await send('stop', 'm1', 'key-2');
  expect(executed).toEqual(['stop', 'stop']);
  expect(replies).toEqual(
    ['key-1', 'key-2'].map((key) => `reply_stop m1 for ${key}: CTX_TRANSACTION_UNKNOWN`),
  );
});

it('replies when the journal has the answer', async () => {
  const saved = createDeferred<void>();
  const { send, replies } = openCommands({ persist: () => saved.promise });
  const sent = send('stop', 'm1');
  await new Promise((resolve) => setImmediate(resolve));
  expect(replies).toEqual([]);
  saved.resolve();
  await sent;
  expect(replies).toHaveLength(1);
});

it('exits after the reply, and not for an answer that is repeated', async () => {
  const { send, replies, exits } = openCommands();
  await send('exit', 'm1');
  expect([replies, exits()]).toEqual([['reply_exit m1: success'], 1]);
  await send('exit', 'm1');
  expect([replies.length, exits()]).toEqual([2, 1]);
});

it('refuses a command whose answer cannot be kept, but not one that is known, has no id or ends the provider', async () => {
  const { send, cache, replies } = openCommands();
  await send('stop', 'known');
  const large = { transaction: 'x'.repeat(16 * 1024 * 1024), status: { result: 'success', services: [] } };
  await cache.execute('large', () => Promise.resolve(large as CommandAnswer));
  for (const id of ['known', 'new', undefined]) await send('stop', id);
  await send('exit', 'e1');
  expect(replies.slice(1)).toEqual([
    'reply_stop known: CTX_TRANSACTION_UNKNOWN',
    'reply_stop new: CTX_COMMANDS_FULL',
    'reply_stop -: CTX_TRANSACTION_UNKNOWN',
    'reply_exit e1: success',
  ]);
});

it('refuses to start services while the journal cannot be written', async () => {
  const { send, health, replies, executed } = openCommands();
  health.set('journal', FAULT);
  for (const action of ['start', 'restart', 'reload']) await send(action, action);
  await send('start');
  expect(replies.map((each) => each.split(': ')[1])).toEqual(Array(4).fill(FAULT.code));
  expect(executed).toEqual([]);
  await send('stop', 'm2');
  health.set('journal', undefined);
  await send('restart', 'm3');
  expect(executed).toEqual(['stop', 'restart']);
});
