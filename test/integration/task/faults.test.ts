// Broken services: the context keeps running, and all clients get the reason.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixtureServices, type ServiceSpec } from '../../helpers/context.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { openProvider } from '../../helpers/provider.js';
import { eventsOf } from '../../helpers/threads.js';

expectNoLeftovers();

const broken = join(fixtureServices, '..', 'broken');

interface Fault {
  readonly code: string;
  readonly message: RegExp;
  readonly reason: string;
  /** Where in the user's code, when there is such a place. */
  readonly line?: number;
  /** True when it fails only after it has started: the start itself may have been answered by then. */
  readonly isLate?: boolean;
}

const at = (instance: string, more: Partial<ServiceSpec> = {}): Partial<ServiceSpec> => ({
  instance,
  ...more,
});

const rows: readonly (readonly [string, Partial<ServiceSpec>, Fault])[] = [
  [
    'has a syntax error',
    at('SyntaxError', { location: broken }),
    { code: 'SVC_BUILD_FAILED', message: /SyntaxError\/index\.ts:4:\d+: /, reason: 'launch', line: 4 },
  ],
  [
    'imports what does not exist',
    at('MissingImport', { location: broken }),
    {
      code: 'SVC_BUILD_FAILED',
      message: /MissingImport\/index\.ts:3:\d+: .*\.\/nowhere\.js/,
      reason: 'launch',
      line: 3,
    },
  ],
  [
    'throws at import',
    at('ThrowsAtImport'),
    { code: 'SVC_LOAD_FAILED', message: /no such calibration table/, reason: 'error', line: 11 },
  ],
  [
    'does not export a service',
    at('NoService', { location: broken }),
    { code: 'SVC_LOAD_FAILED', message: /NoService does not export a service/, reason: 'error' },
  ],
  [
    'exports nothing',
    at('Empty', { location: broken }),
    { code: 'SVC_LOAD_FAILED', message: /Empty does not export a service/, reason: 'error' },
  ],
  [
    'does not exist',
    at('NoSuchService'),
    { code: 'SVC_NOT_FOUND', message: /no service "NoSuchService" in \//, reason: 'launch' },
  ],
  [
    'does not accept its service name',
    at('Named', { name: 'somebody_else' }),
    {
      code: 'SVC_LOAD_FAILED',
      message: /ServiceNamed does not accept the service name "somebody_else"/,
      reason: 'error',
    },
  ],
  [
    'has a wrong configuration',
    at('Configured', { configuration: { every_s: 'often' } }),
    { code: 'SVC_CONFIGURATION_INVALID', message: /<every_s>/, reason: 'error' },
  ],
  [
    'refuses to start',
    at('FailsToStart'),
    { code: 'SVC_TASK_FAILED', message: /^no valve answers$/, reason: 'error', line: 7 },
  ],
  [
    'throws in run',
    at('ThrowsInRun'),
    { code: 'SVC_TASK_FAILED', message: /^the sensor is on fire$/, reason: 'error', line: 7 },
  ],
  [
    'throws in a timer',
    at('ThrowsLate'),
    {
      code: 'SVC_TASK_FAILED',
      message: /^the pump has come loose$/,
      reason: 'error',
      line: 17,
      isLate: true,
    },
  ],
  [
    'throws in a timer and cannot clean up',
    at('ThrowsLate', { configuration: { on_stop: 'hangs' }, supervision: { stop_timeout_s: '0.2' } }),
    {
      code: 'SVC_TASK_FAILED',
      message: /^the pump has come loose$/,
      reason: 'error',
      line: 17,
      isLate: true,
    },
  ],
  [
    'leaves a rejected promise',
    at('ThrowsLate', { configuration: { how: 'promise' } }),
    {
      code: 'SVC_TASK_FAILED',
      message: /^the pump has come loose$/,
      reason: 'error',
      line: 17,
      isLate: true,
    },
  ],
  [
    'exits with code 3',
    at('ExitsWith3'),
    { code: 'SVC_EXITED', message: /exit code 3/, reason: 'exit_code' },
  ],
];

test.each(rows)(
  'A service that %s fails with the reason, and its context keeps running.',
  async (_how, spec, fault) => {
    await using test = await openProvider([
      { id: 'ts_1', instance: 'Forever', ...spec },
      { id: 'ts_2', instance: 'Forever' },
    ]);
    await using observer = await observeBus(test.provider.endpoints);
    const client = await test.client();
    const { status } = await client.command({ action: 'start', transaction: 'T1' });
    const failed = await observer.waitForEvent('ts_1', 'failed');
    expect(failed.content.status).toMatchObject({
      result: 'failure',
      device_action: 'test_action',
      reason: fault.reason,
      error: { code: fault.code, message: expect.stringMatching(fault.message) as string },
    });
    if (fault.line !== undefined) {
      const file = join(spec.location ?? fixtureServices, spec.instance!, 'index.ts');
      expect(failed.content.status.error).toMatchObject({ file, line: fault.line });
    }
    if (fault.isLate !== true) {
      expect(status).toMatchObject({ result: 'failure', error: { code: fault.code } });
      const own = status.services.find((each) => each.service_id === 'ts_1');
      expect(own).toMatchObject({
        state: 'failed',
        error: { message: expect.stringMatching(fault.message) as string },
      });
    }
    expect(status.services.find((each) => each.service_id === 'ts_2')).toMatchObject({ state: 'started' });
    // It may be said again, with the same number, to a reader whose subscription comes in meanwhile.
    const failures = eventsOf(observer, 'ts_1').filter(({ header }) => header.action === 'failed');
    expect(new Set(failures.map(({ header }) => header.seq)).size).toBe(1);
    expect(await client.request('T1')).toMatchObject({
      tasks: [
        { service_id: 'ts_1', state: 'failed', error: { code: fault.code } },
        { service_id: 'ts_2', state: 'success' },
      ],
    });
    const restarted = await client.command({ action: 'restart', transaction: 'T1', serviceId: 'ts_2' });
    expect(restarted.status.result).toBe('success');
  },
);

test('A service that exits with code 3 reports the code.', async () => {
  await using test = await openProvider([{ id: 'ts_1', instance: 'ExitsWith3' }]);
  await using observer = await observeBus(test.provider.endpoints);
  await test.provider.execute('start', 'T1');
  const { content } = await observer.waitForEvent('ts_1', 'failed');
  expect(content.status).toMatchObject({ exit_code: 3 });
});

test('A fixed service is built again by the next start.', async () => {
  const { mkdtemp, mkdir, rm, writeFile } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const location = await mkdtemp(join(tmpdir(), 'contextd-services-'));
  const source = join(location, 'Fixed', 'index.ts');
  await mkdir(join(location, 'Fixed'));
  await writeFile(source, 'export default {{;\n');
  await using test = await openProvider([{ id: 'ts_1', instance: 'Fixed', location }]);
  const client = await test.client();
  const first = await client.command({ action: 'start', transaction: 'T1' });
  expect(first.status.error?.code).toBe('SVC_BUILD_FAILED');
  await writeFile(
    source,
    `export { default } from ${JSON.stringify(join(fixtureServices, 'Forever', 'index.ts'))};\n`,
  );
  const second = await client.command({ action: 'start', transaction: 'T1' });
  expect(second.status.services).toMatchObject([{ state: 'started' }]);
  await rm(location, { recursive: true });
});
