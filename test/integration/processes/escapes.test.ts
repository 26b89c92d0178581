// Hidden child processes of a service end with it, even if its provider or its host is gone.

import { expect, test } from 'vitest';
import { createUniqueId } from '../../../src/base/ids.js';
import { Provider } from '../../../src/provider/provider.js';
import { escapes } from '../../helpers/escapes.js';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { markedProcesses, readProc } from '../../helpers/processes.js';
import { shellService } from '../../helpers/program-services.js';
import { openProvider } from '../../helpers/provider.js';

expectNoLeftovers();

const VARIABLE = 'CONTEXTD_TEST_ESCAPE';
const all = Object.values(escapes(VARIABLE));
const expected = all.reduce((sum, [, count]) => sum + count, 0);
const script = all.map(([each]) => each).join('; ');
const supervision = { orphan_grace_s: 0.5, stop_timeout_s: 0.5 };

/** A service in code, and a program. */
const services = [
  { id: 'ts_1', instance: 'Zoo', configuration: { script }, supervision },
  shellService('ts_2', `${script}; exec sleep 3600`, {}, { supervision }),
];

async function openZoo(controlGroups: boolean) {
  const mark = createUniqueId();
  process.env[VARIABLE] = mark;
  const test = await openProvider(services, {}, { controlGroups });
  const { status } = await (await test.client()).command({ action: 'start', transaction: 'T1' });
  expect(status.result).toBe('success');
  const isEscaped = (pid: number) => !status.services.some((each) => each.pid === pid);
  // The forwarder is the provider's own.
  const isForwarder = (pid: number) => readProc(pid, 'cmdline').includes('/forwarder/main.js');
  const living = () => markedProcesses(VARIABLE, mark).filter((pid) => !isForwarder(pid));
  await eventually(() => living().filter(isEscaped).length >= 2 * expected, 'they are loose');
  const hosts = status.services.map(({ pid }) => pid!);
  return { test, living, hosts, [Symbol.asyncDispose]: () => test[Symbol.asyncDispose]() };
}

const MODES: readonly [string, boolean][] = [
  ['with control groups where they can be made', true],
  ['without control groups', false],
];

test.each(MODES)(
  'Hosts that end because they have no provider take all with them, %s.',
  async (_mode, has) => {
    await using zoo = await openZoo(has);
    const { test, living } = zoo;
    await test.provider.detach();
    expect(living().length).toBeGreaterThan(2 * expected);
    await eventually(() => living().length === 0, 'nothing is left');
  },
);

test.each(MODES)(
  'What hosts that were killed have left is ended by the provider, %s.',
  async (_mode, has) => {
    await using zoo = await openZoo(has);
    const { living, hosts } = zoo;
    for (const pid of hosts) process.kill(pid, 'SIGKILL');
    await eventually(() => living().length === 0, 'nothing is left');
  },
);

test.each(MODES)(
  'What hosts have left that died without a provider is ended by the next, %s.',
  async (_mode, has) => {
    await using zoo = await openZoo(has);
    const { test, living, hosts } = zoo;
    await test.provider.detach();
    for (const pid of hosts) process.kill(pid, 'SIGKILL');
    expect(living().length).toBeGreaterThanOrEqual(2 * expected);
    const next = await Provider.open({ file: test.file });
    expect(living()).toEqual([]);
    await next.close();
  },
);

test.each(MODES)('The next provider ends what an adopted service has hidden, %s.', async (_mode, has) => {
  await using zoo = await openZoo(has);
  const { test, living, hosts } = zoo;
  await test.provider.detach();
  const next = await Provider.open({ file: test.file, controlGroups: !has });
  expect(living()).toEqual(expect.arrayContaining(hosts));
  await next.execute('stop');
  expect(living()).toEqual([]);
  await next.close();
});
