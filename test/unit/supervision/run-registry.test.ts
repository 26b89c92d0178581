import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createDeferred } from '../../../src/base/deferred.js';
import { ContextdError } from '../../../src/base/errors.js';
import { publishedToken } from '../../../src/processes/run-token.js';
import type { EventBody } from '../../../src/supervision/snapshot.js';
import { openRegistry, settle, type FakeOptions, type FakePorts } from '../../helpers/fake-launcher.js';

/** At most this many launches run at the same time. */
const PERMITS = availableParallelism() * 4;

const summary = (events: readonly EventBody[]) =>
  events.map((event) => `${event.type} ${'run' in event ? event.run : ''}`.trim());

describe('A launch', () => {
  it('passes the code, files, token and supervision of the service to the launcher', async () => {
    const test = openRegistry();
    await test.launch('a', 3);
    expect(test.processes.map(({ request }) => request)).toMatchObject([
      {
        bootstrap: { serviceId: 'a', module: '/build/a.mjs' },
        token: 'a/3',
        supervision: { start_timeout_s: 10 },
      },
    ]);
  });

  it('is reported as an event with run, pid and code', async () => {
    const test = openRegistry();
    await test.launch('a', 3);
    expect(test.events).toEqual([
      { type: 'launched', service: 'a', run: 3, pid: 1000, runToken: publishedToken('a/3'), codeHash: 'c1' },
    ]);
    expect(test.has()).toBe(true);
  });

  it('starts no process before the code is built', async () => {
    const test = openRegistry({ isBuildSlow: true });
    await test.launch();
    expect(test.processes).toEqual([]);
    expect(test.has()).toBe(true);
    test.builds.get('a')?.resolve('/build/late.mjs');
    await settle();
    expect(test.processes[0]?.request?.bootstrap).toMatchObject({ module: '/build/late.mjs' });
  });

  it('starts no process before the journal holds the definitions', async () => {
    const test = openRegistry();
    const journaled = createDeferred<void>();
    test.transaction.journaled = journaled.promise;
    await test.launch();
    expect(test.processes).toEqual([]);
    journaled.resolve();
    await settle();
    expect(summary(test.events)).toEqual(['launched 1']);
  });

  const builtBadly = new ContextdError('SVC_BUILD_FAILED', 'index.ts:1:2: no');
  it.each<readonly [string, FakeOptions, object]>([
    ['the build fails with a code', { buildError: builtBadly }, { code: 'SVC_BUILD_FAILED' }],
    [
      'the build fails without a code',
      { buildError: new Error('broken') },
      { code: 'SVC_LAUNCH_FAILED', message: 'broken' },
    ],
    [
      'the launcher fails',
      { launchError: new Error('no more processes') },
      { code: 'SVC_LAUNCH_FAILED', message: 'no more processes' },
    ],
  ])('is reported as failed when %s', async (_when, options, error) => {
    const test = openRegistry(options);
    await test.launch('a', 2);
    expect(test.events).toMatchObject([{ type: 'launch_failed', service: 'a', run: 2, error }]);
    expect(test.has()).toBe(false);
  });
});

describe('The end of a process', () => {
  it.each([
    ['launched', (test: Registry) => test.launch()],
    [
      'adopted',
      async (test: Registry) => {
        test.adopt(1, 77);
        await settle();
      },
    ],
  ] as const)('that was %s is reported with exit code and signal', async (_how, begin) => {
    const test = openRegistry();
    await begin(test);
    test.clock.advance(2000);
    test.processes[0]?.end({ exitCode: undefined, signal: 'SIGTERM', killed: ['9 (sh)'] });
    await settle();
    expect(test.events.at(-1)).toEqual({
      type: 'ended',
      service: 'a',
      run: 1,
      exitCode: undefined,
      signal: 'SIGTERM',
      killed: ['9 (sh)'],
    });
    expect(test.has()).toBe(false);
  });

  it('does not remove a later run of the same service', async () => {
    const test = openRegistry();
    await test.launch('a', 1);
    await test.launch('a', 2);
    test.processes[0]?.end();
    await settle();
    expect(summary(test.events)).toEqual(['launched 1', 'launched 2', 'ended 1']);
    expect(test.has()).toBe(true);
    test.stop(2);
    expect(test.processes.map(({ stops }) => stops)).toEqual([[], ['requested']]);
  });
});

type Registry = ReturnType<typeof openRegistry>;

describe('An adopted process', () => {
  it('is live at once, without a launch and without a permit', async () => {
    const test = openRegistry();
    test.adopt(4, 77);
    await settle();
    expect(test.has()).toBe(true);
    expect(test.processes.map(({ pid }) => pid)).toEqual([77]);
    expect(test.events).toEqual([]);
  });

  it.each([
    ['requested by command', false, 'requested', ['stop a']],
    ['at once', true, 'killed', []],
  ] as const)('is stopped %s', (_how, atOnce, stop, calls) => {
    const test = openRegistry();
    test.adopt(4, 77);
    test.stop(4, atOnce);
    expect(test.processes[0]?.stops).toEqual([stop]);
    expect(test.calls).toEqual(calls);
  });
});

describe('A stop', () => {
  it.each([
    ['by command', false, 'requested', ['stop a']],
    ['at once', true, 'killed', []],
  ] as const)('of a running process is performed %s', async (_how, atOnce, stop, calls) => {
    const test = openRegistry();
    await test.launch();
    test.stop(1, atOnce);
    expect(test.processes[0]?.stops).toEqual([stop]);
    expect(test.calls).toEqual(calls);
  });

  it.each([false, true])('during the build prevents the launch (at once: %s)', async (atOnce) => {
    const test = openRegistry({ isBuildSlow: true });
    await test.launch();
    test.stop(1, atOnce);
    test.builds.get('a')?.resolve('/build/a.mjs');
    await settle();
    expect(test.processes).toEqual([]);
    expect(test.events).toMatchObject([
      { type: 'launch_failed', error: { message: 'a was stopped before it was launched' } },
    ]);
  });

  it.each([
    [false, 'unreachable'],
    [true, 'killed'],
  ] as const)(
    'during the launch is performed without a command, after the report (at once: %s)',
    async (atOnce, stop) => {
      const test = openRegistry();
      const launch = test.ports.launcher.launch.bind(test.ports.launcher);
      const isLaunching = createDeferred<void>();
      test.ports.launcher.launch = async (request) => {
        await isLaunching.promise;
        return await launch(request);
      };
      await test.launch();
      test.stop(1, atOnce);
      isLaunching.resolve();
      await settle();
      expect(summary(test.events)).toEqual(['launched 1']);
      expect(test.processes[0]?.stops).toEqual([stop]);
      expect(test.calls).toEqual([]);
    },
  );

  it.each([
    ['another run', 2, 'a'],
    ['a service without a run', 1, 'b'],
  ])('of %s is ignored', async (_what, run, service) => {
    const test = openRegistry({}, ['a', 'b']);
    await test.launch();
    test.stop(run, true, service);
    expect(test.processes[0]?.stops).toEqual([]);
  });
});

describe('killAll', () => {
  it('kills launched and adopted processes and prevents pending launches', async () => {
    const test = openRegistry({ isBuildSlow: true }, ['a', 'b']);
    test.adopt(1, 77);
    await test.launch('b');
    test.registry.killAll();
    test.builds.get('b')?.resolve('/build/b.mjs');
    await settle();
    expect(test.processes.map(({ pid, stops }) => [pid, stops])).toEqual([[77, ['killed']]]);
    expect(summary(test.events)).toEqual(['launch_failed 1']);
  });
});

describe('The number of simultaneous launches', () => {
  const names = Array.from({ length: PERMITS + 2 }, (_, index) => `s${index}`);
  const [first = '', second = ''] = names;
  const launched = ({ processes }: FakePorts) => processes.length;

  async function launchAll(options: FakeOptions = {}) {
    const test = openRegistry(options, names);
    for (const name of names) await test.launch(name);
    return test;
  }

  it('is limited; the others wait in the order of their launches', async () => {
    const test = await launchAll();
    expect(launched(test)).toBe(PERMITS);
    test.release(second);
    await settle();
    expect(test.processes.at(-1)?.request?.token).toBe(`${names[PERMITS]}/1`);
    expect(launched(test)).toBe(PERMITS + 1);
  });

  it('grows by one only when a permit is released twice', async () => {
    const test = await launchAll();
    test.release(first);
    test.release(first);
    await settle();
    expect(launched(test)).toBe(PERMITS + 1);
  });

  it('falls when a process ends before it has reported anything', async () => {
    const test = await launchAll();
    test.processes[0]?.end({ exitCode: 1 });
    await settle();
    expect(launched(test)).toBe(PERMITS + 1);
  });

  it('falls when a launch fails', async () => {
    const test = await launchAll({ launchError: new Error('no more processes') });
    await settle();
    expect(test.events.map(({ type }) => type)).toEqual(names.map(() => 'launch_failed'));
  });
});
