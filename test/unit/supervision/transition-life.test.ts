import { describe, expect, it } from 'vitest';
import { Harness } from '../../helpers/harness.js';

const one = () => new Harness({ id: 'a' });
const up = () => one().bringUp('a');

describe('a service that is asked to start', () => {
  it('is launched, timed, and started when it says so', () => {
    const harness = one();
    expect(harness.get('a').status).toBe('defined');
    expect(harness.start('a').effectTexts).toEqual(['launch a']);
    expect(harness.get('a')).toMatchObject({ status: 'starting', run: 1, isAlive: true, pid: undefined });
    expect(harness.launched('a', 100).effects).toEqual([
      { type: 'time_start', service: 'a', run: 1, delayMs: 10_000 },
    ]);
    expect(harness.reported('a', 'created').get('a')).toMatchObject({
      status: 'starting',
      lastAction: 'created',
    });
    expect(harness.reported('a', 'started').get('a')).toMatchObject({
      status: 'started',
      pid: 100,
      lastAction: 'started',
    });
  });

  it.each([
    ['starting', one().start('a')],
    ['started', up()],
    ['failed, and alive', up().reported('a', 'failed')],
  ])('is refused when it is %s', (_status, harness) => {
    const before = harness.get('a');
    expect(harness.start('a').effectTexts).toEqual(['refuse a SVC_ALREADY_STARTED']);
    expect(harness.get('a')).toEqual(before);
  });

  it.each([
    ['stopped', up().stop('a').ended('a')],
    ['exited', up().ended('a', { exitCode: 0 })],
    ['failed, and gone', up().ended('a', { exitCode: 3 })],
  ])('is launched again when it is %s', (_status, harness) => {
    expect(harness.start('a').effectTexts).toEqual(['launch a']);
    expect(harness.get('a')).toMatchObject({
      status: 'starting',
      run: 2,
      reason: undefined,
      error: undefined,
    });
  });

  it('is refused when no such service is in the transaction, and the others start all the same', () => {
    expect(one().start('x', 'a').effectTexts).toEqual(['refuse x SVC_UNKNOWN', 'launch a']);
  });

  it('is refused the second time when one command names it twice', () => {
    expect(one().start('a', 'a').effectTexts).toEqual(['launch a', 'refuse a SVC_ALREADY_STARTED']);
  });

  it('while it is stopping, is launched once the run that was there has ended', () => {
    const harness = up().stop('a');
    expect(harness.start('a').effectTexts).toEqual([]);
    expect(harness.ended('a', { exitCode: 0 }).effectTexts).toEqual(['report a stopped', 'launch a']);
    expect(harness.get('a')).toMatchObject({ status: 'starting', run: 2, pendingStart: undefined });
  });

  it('while it is stopping, stays away when a later stop takes the start back', () => {
    const harness = up().stop('a').start('a').stop('a').ended('a');
    expect(harness.effectTexts).toEqual(['report a stopped']);
    expect(harness.get('a').status).toBe('stopped');
  });
});

describe('a service that is asked to stop', () => {
  it.each([
    ['starting', one().start('a')],
    ['starting, with a process', one().start('a').launched('a')],
    ['started', up()],
    ['failed, and alive', up().reported('a', 'failed')],
  ])('climbs the ladder when it is %s', (_status, harness) => {
    expect(harness.stop('a').effects).toContainEqual({ type: 'stop', service: 'a', run: 1, atOnce: false });
    expect(harness.get('a').status).toBe('stopping');
    expect(harness.ended('a', { signal: 'SIGTERM' }).get('a')).toMatchObject({
      status: 'stopped',
      isAlive: false,
      pid: undefined,
      lastAction: 'stopped',
    });
  });

  it.each([
    ['defined', one()],
    ['stopped', up().stop('a').ended('a')],
    ['exited', up().ended('a', { exitCode: 0 })],
    ['failed, and gone', up().ended('a', { exitCode: 3 })],
  ])('stays as it is when it is %s', (_status, harness) => {
    const before = harness.get('a');
    expect(harness.stop('a').effectTexts).toEqual([]);
    expect(harness.get('a')).toEqual(before);
  });

  it('is asked once, however often the command comes', () => {
    expect(up().stop('a').stop('a').effectTexts).toEqual([]);
  });

  it('is refused when no such service is in the transaction', () => {
    expect(up().stop('x').effectTexts).toEqual(['refuse x SVC_UNKNOWN']);
  });

  it('tells its own end, or has it told by the provider, but not both', () => {
    expect(up().stop('a').reported('a', 'stopped').ended('a', { exitCode: 0 }).effectTexts).toEqual([]);
    expect(up().stop('a').ended('a', { exitCode: 0 }).effectTexts).toEqual(['report a stopped']);
  });

  it('has its end told with what had to be killed, also when it had reported a failure before', () => {
    const killed = ['7 (sleep)'];
    const harness = up().reported('a', 'failed').stop('a').ended('a', { signal: 'SIGKILL', killed });
    expect(harness.effects).toContainEqual({
      type: 'report',
      service: 'a',
      action: 'stopped',
      status: { signal: 'SIGKILL', killed },
    });
  });

  it('is stopped when its launch fails meanwhile', () => {
    const harness = one().start('a').stop('a').launchFailed('a');
    expect(harness.effectTexts).toEqual(['report a stopped']);
    expect(harness.get('a')).toMatchObject({ status: 'stopped', isAlive: false });
  });

  it('is stopped, not failed, when it reports a failure or ends badly on its way out', () => {
    const harness = up().stop('a').reported('a', 'failed').ended('a', { exitCode: 1 });
    expect(harness.get('a').status).toBe('stopped');
  });
});

describe('a service that is asked to restart', () => {
  it.each([
    ['starting', one().start('a')],
    ['started', up()],
    ['failed, and alive', up().reported('a', 'failed')],
  ])('stops and starts again in one move when it is %s', (_status, harness) => {
    expect(harness.restart('a').effectTexts).toEqual(['stop a']);
    expect(harness.get('a').status).toBe('stopping');
    expect(harness.ended('a', { exitCode: 0 }).effectTexts).toEqual(['report a stopped', 'launch a']);
    expect(harness.get('a')).toMatchObject({ status: 'starting', run: 2, restartsMs: [] });
  });

  it.each([
    ['defined', one()],
    ['stopped', up().stop('a').ended('a')],
    ['failed, and gone', up().ended('a', { exitCode: 3 })],
  ])('is launched at once when it is %s', (_status, harness) => {
    expect(harness.restart('a').effectTexts).toEqual(['launch a']);
  });

  it('comes back when its launch fails while it is being stopped for it', () => {
    expect(one().start('a').restart('a').launchFailed('a').effectTexts).toEqual([
      'report a stopped',
      'launch a',
    ]);
  });
});

describe('a service that ends by itself', () => {
  it.each([
    ['exited', 'with code 0', { exitCode: 0 }, {}],
    ['failed', 'with another code', { exitCode: 3 }, { reason: 'exit_code', exit_code: 3 }],
    ['failed', 'by a signal', { signal: 'SIGSEGV' }, { reason: 'signal', signal: 'SIGSEGV' }],
  ])('is %s when it ends %s', (status, _how, end, told) => {
    const harness = up().ended('a', end);
    expect(harness.get('a')).toMatchObject({ status, lastAction: status, isAlive: false, pid: undefined });
    expect(harness.effects).toContainEqual(
      expect.objectContaining({
        type: 'report',
        action: status,
        status: expect.objectContaining(told) as unknown,
      }),
    );
  });

  it('is exited, and nobody else tells, when it has said so itself', () => {
    const harness = up().reported('a', 'exited').ended('a', { exitCode: 0 });
    expect(harness.get('a').status).toBe('exited');
    expect(harness.effectTexts).toEqual([]);
  });

  it('is stopped when it has said so, though the provider did not ask', () => {
    const harness = up().reported('a', 'stopped').ended('a', { exitCode: 0 });
    expect(harness.get('a').status).toBe('stopped');
    expect(harness.effectTexts).toEqual([]);
  });

  it('is failed when it ends before it was ready, even with code 0', () => {
    const harness = one().start('a').launched('a').ended('a', { exitCode: 0 });
    expect(harness.get('a')).toMatchObject({ status: 'failed', reason: 'exit_code' });
    expect(harness.get('a').error?.message).toBe('a ended with exit code 0 before it was ready');
  });

  it('is failed with the reason when it could not be launched', () => {
    const harness = one().start('a').launchFailed('a');
    expect(harness.effectTexts).toEqual(['report a failed']);
    expect(harness.get('a')).toMatchObject({
      status: 'failed',
      isAlive: false,
      reason: 'launch',
      error: { code: 'SVC_BUILD_FAILED', message: 'x.ts:1:2: no' },
    });
  });
});
