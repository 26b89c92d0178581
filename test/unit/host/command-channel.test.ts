import { expect, it } from 'vitest';
import { createDeferred } from '../../../src/base/deferred.js';
import { createLogger } from '../../../src/base/logger.js';
import { encodeEnvelope } from '../../../src/bus/envelope.js';
import { CommandChannel } from '../../../src/host/process/command-channel.js';
import { hostCommandTopic, signCommand, type HostCommand } from '../../../src/messages/host-command.js';

function openChannel() {
  const commands: HostCommand[] = [];
  const published: unknown[] = [];
  const warnings: string[] = [];
  const provider = createDeferred<void>();
  const channel = new CommandChannel('h1', 'secret', {
    connection: {
      publisher: { waitForSubscriber: () => provider.promise },
      publish: (topic, body) => {
        published.push([topic, body]);
        return Promise.resolve();
      },
    },
    log: createLogger(({ message }) => warnings.push(message)),
    execute: (command) => commands.push(command),
  });
  const receive = (body: unknown) =>
    channel.receive(Buffer.from(encodeEnvelope({ topic: channel.topic, body })));
  return { channel, receive, commands, published, warnings, provider };
}

it('A host executes the commands that its provider has signed, and no others.', () => {
  const { receive, commands, warnings, channel } = openChannel();
  expect(channel.topic).toBe(hostCommandTopic('h1'));
  const exit = { action: 'exit' } as const;
  const signed = signCommand(exit, 'secret');
  const forged = [
    signCommand(exit, 'another key'),
    { ...signed, order: JSON.stringify({ action: 'list' }) },
    { order: signed.order, signature: '' },
    { order: signed.order },
    ...['exit', null, 1, []],
  ];
  for (const body of forged) receive(body);
  channel.receive(Buffer.from('not a frame'));
  expect(commands).toEqual([]);
  // Only the first of many rejections is logged.
  expect(warnings).toEqual(['ignored a command that was not signed by the provider']);
  receive(signed);
  expect(commands).toEqual([exit]);
});

it('A notice waits until there is a provider.', async () => {
  const { channel, published, provider } = openChannel();
  channel.notify('ended', [{ token: 'a', exit_code: 0 }]);
  await Promise.resolve();
  expect(published).toEqual([]);
  provider.resolve();
  await provider.promise;
  await Promise.resolve();
  expect(published).toEqual([
    [
      'threads',
      { header: { action: 'ended', host: 'h1' }, content: { threads: [{ token: 'a', exit_code: 0 }] } },
    ],
  ]);
});
