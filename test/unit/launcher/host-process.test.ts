import { expect, it } from 'vitest';
import { HostProcess } from '../../../src/launcher/host-process.js';
import type { LaunchRequest } from '../../../src/launcher/launcher.js';
import { hostCommandTopic, verifyCommand } from '../../../src/messages/host-command.js';
import { supervisionSchema } from '../../../src/model/context.js';
import { FakeProcess, processEntry, settle } from '../../helpers/fake-launcher.js';
import { ManualClock } from '../../helpers/manual-clock.js';

const ADDRESS = { host: 'h1', key: 'secret' };
const supervision = supervisionSchema.parse({ stop_timeout_s: 2, max_heap_mb: 64 });

const request = (token: string) =>
  ({ token, supervision, bootstrap: { serviceId: token } }) as unknown as LaunchRequest;

/** A host that subscribes at once; `commands` are those that it receives. */
function openHost(first = 'a', process = Promise.resolve(new FakeProcess(1000))) {
  const clock = new ManualClock();
  const commands: unknown[] = [];
  const host = new HostProcess({
    ...{ contextId: 'c1', address: ADDRESS, first, process, token: 'the host', reader: undefined, clock },
    connection: {
      publisher: { hasSubscriber: () => true, waitForSubscriber: () => Promise.resolve() },
      publish: (topic, body) => {
        expect(topic).toBe(hostCommandTopic(ADDRESS.host));
        commands.push(verifyCommand(body, ADDRESS.key));
        return Promise.resolve();
      },
    },
  });
  const notice = (action: 'running' | 'ended', ...threads: { token: string; exit_code?: number }[]) =>
    host.onNotice({ header: { action, host: ADDRESS.host }, content: { threads } });
  return { host, clock, commands, notice, process };
}

it('A host has its first run from its bootstrap; the others are launched by command.', async () => {
  const { host, commands } = openHost();
  const services = await Promise.all([host.launch(request('a')), host.launch(request('b'))]);
  expect(services.map(({ pid }) => pid)).toEqual([1000, 1000]);
  expect(commands).toEqual([{ action: 'launch', token: 'b', bootstrap: { serviceId: 'b' }, maxHeapMb: 64 }]);
});

it('A stop asks on the bus, then by command, then terminates, and at last kills the host.', async () => {
  const { host, commands, clock, process } = openHost();
  const run = await host.launch(request('a'));
  run.stop(() => true, false);
  await clock.pass(1000);
  expect(commands).toEqual([{ action: 'stop', token: 'a' }]);
  await clock.pass(1000);
  expect(commands.at(-1)).toEqual({ action: 'terminate', token: 'a' });
  const killed = (await process).stops;
  expect(killed).toEqual([]);
  await clock.pass(2000);
  expect(killed).toEqual(['killed']);
});

it('A run that has ended is reported with its exit code; the last one takes the process along.', async () => {
  const { host, notice, process, commands } = openHost();
  const takesRuns = () => [host.takesRunsOf('c1'), host.takesRunsOf('c2'), host.isEnding];
  const [a, b] = await Promise.all([host.launch(request('a')), host.launch(request('b'))]);
  notice('ended', { token: 'b', exit_code: 3 });
  expect(await b.ended).toMatchObject({ exitCode: 3, killed: [] });
  expect([host.has('a'), host.has('b'), ...takesRuns()]).toEqual([true, false, true, false, false]);
  notice('ended', { token: 'a', exit_code: 0 });
  await settle();
  expect([host.has('a'), ...takesRuns()]).toEqual([false, false, false, true]);
  const { stops, end } = await process.then((each) => ({ stops: each.stops, end: () => each.end() }));
  expect([stops, commands.at(-1)]).toEqual([['requested'], { action: 'exit' }]);
  end();
  expect(await a.ended).toMatchObject({ exitCode: 0 });
  await host.ended;
});

it('When the process ends, all its runs have ended, in the same way.', async () => {
  const { host, process } = openHost();
  const runs = await Promise.all([host.launch(request('a')), host.launch(request('b'))]);
  (await process).end({ exitCode: undefined, signal: 'SIGKILL' });
  const ends = await Promise.all(runs.map(({ ended }) => ended));
  expect(ends.map(({ signal }) => signal)).toEqual(['SIGKILL', 'SIGKILL']);
});

it('A process that cannot be started rejects the launch.', async () => {
  const { host } = openHost('a', Promise.reject(new Error('no memory')));
  await expect(host.launch(request('a'))).rejects.toThrow('no memory');
  await host.ended;
});

it('A run that the host of an earlier provider lists can be adopted, even if it ends before.', async () => {
  const { host, notice, commands, process } = openHost('of no interest');
  const listed = host.list();
  await settle();
  expect(commands).toEqual([{ action: 'list' }]);
  notice('running', { token: 'a' }, { token: 'b' });
  expect(await listed).toEqual(['a', 'b']);
  const adopt = (token: string) => host.adopt({ token, supervision, process: processEntry(1000) });
  const [a, b] = [adopt('a'), adopt('b')];
  notice('ended', { token: 'a', exit_code: 1 });
  expect(await a.ended).toMatchObject({ exitCode: 1 });
  (await process).end({ exitCode: 0 });
  expect(await b.ended).toMatchObject({ exitCode: 0 });
});
