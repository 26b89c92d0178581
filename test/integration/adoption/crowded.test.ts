// Many requests during a take-over: each is executed or refused.

import { expect, test } from 'vitest';
import { Client } from '../../../src/client/client.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { openProject } from '../../helpers/project.js';

expectNoLeftovers();

const MEBIBYTE = 1024 * 1024;

test('Requests beyond the buffer of a take-over are refused; buffered ones are executed afterwards.', async () => {
  await using project = await openProject([{ id: 'ts_1', instance: 'Forever', serviceType: 'Thread' }]);
  const first = await project.startProvider();
  await first.command('start');
  const { pid } = (await first.tasks()).ts_1!;
  await first.kill();
  // The take-over waits some seconds for the thread hosts.
  process.kill(pid!, 'SIGSTOP');
  const coming = project.startProvider();
  const client = await Client.connect(project.endpoints, { timeoutMs: 30_000, answerTimeoutMs: 60_000 });
  try {
    const configuration = { padding: 'x'.repeat(6 * MEBIBYTE) };
    const validate = () => client.command({ action: 'validate', configuration });
    const answers = await Promise.all(Array.from({ length: 12 }, validate));
    const codes = answers.map(({ status }) => status.error?.code);
    expect(codes.filter((code) => code === 'CTX_INVALID')).toHaveLength(10);
    expect(codes.slice(10)).toEqual(['CTX_TAKING_OVER', 'CTX_TAKING_OVER']);
    expect((await client.command({ action: 'list' })).status.result).toBe('success');
  } finally {
    await client.close();
    await (await coming)[Symbol.asyncDispose]();
  }
});
