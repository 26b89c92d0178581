import { describe, expect, it } from 'vitest';
import { Stage } from '../../helpers/harness.js';

const one = () => new Stage({ id: 'a' });
const up = () => one().up('a');

describe('a service that is asked to start', () => {
  it('is launched, timed, and started when it says so', () => {
    const stage = one();
    expect(stage.get('a').status).toBe('defined');
    expect(stage.start('a').done).toEqual(['launch a']);
    expect(stage.get('a')).toMatchObject({ status: 'starting', run: 1, isAlive: true, pid: undefined });
    expect(stage.launched('a', 100).effects).toEqual([
      { type: 'time_start', service: 'a', run: 1, delayMs: 10_000 },
    ]);
    expect(stage.reported('a', 'created').get('a')).toMatchObject({
      status: 'starting',
      lastAction: 'created',
    });
    expect(stage.reported('a', 'started').get('a')).toMatchObject({
      status: 'started',
      pid: 100,
      lastAction: 'started',
    });
  });

  it.each([
    ['starting', one().start('a')],
    ['started', up()],
    ['failed, and alive', up().reported('a', 'failed')],
  ])('is refused when it is %s', (_status, stage) => {
    const before = stage.get('a');
    expect(stage.start('a').done).toEqual(['refuse a SVC_ALREADY_STARTED']);
    expect(stage.get('a')).toEqual(before);
  });

  it.each([
    ['stopped', up().stop('a').ended('a')],
    ['exited', up().ended('a', { exitCode: 0 })],
    ['failed, and gone', up().ended('a', { exitCode: 3 })],
  ])('is launched again when it is %s', (_status, stage) => {
    expect(stage.start('a').done).toEqual(['launch a']);
    expect(stage.get('a')).toMatchObject({ status: 'starting', run: 2, reason: undefined, error: undefined });
  });

  it('is refused when no such service is in the transaction, and the others start all the same', () => {
    expect(one().start('x', 'a').done).toEqual(['refuse x SVC_UNKNOWN', 'launch a']);
  });

  it('is refused the second time when one command names it twice', () => {
    expect(one().start('a', 'a').done).toEqual(['launch a', 'refuse a SVC_ALREADY_STARTED']);
  });

  it('while it is stopping, is launched once the run that was there has ended', () => {
    const stage = up().stop('a');
    expect(stage.start('a').done).toEqual([]);
    expect(stage.ended('a', { exitCode: 0 }).done).toEqual(['report a stopped', 'launch a']);
    expect(stage.get('a')).toMatchObject({ status: 'starting', run: 2, pendingStart: undefined });
  });

  it('while it is stopping, stays away when a later stop takes the start back', () => {
    const stage = up().stop('a').start('a').stop('a').ended('a');
    expect(stage.done).toEqual(['report a stopped']);
    expect(stage.get('a').status).toBe('stopped');
  });
});

describe('a service that is asked to stop', () => {
  it.each([
    ['starting', one().start('a')],
    ['starting, with a process', one().start('a').launched('a')],
    ['started', up()],
    ['failed, and alive', up().reported('a', 'failed')],
  ])('climbs the ladder when it is %s', (_status, stage) => {
    expect(stage.stop('a').effects).toContainEqual({ type: 'stop', service: 'a', run: 1, atOnce: false });
    expect(stage.get('a').status).toBe('stopping');
    expect(stage.ended('a', { signal: 'SIGTERM' }).get('a')).toMatchObject({
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
  ])('stays as it is when it is %s', (_status, stage) => {
    const before = stage.get('a');
    expect(stage.stop('a').done).toEqual([]);
    expect(stage.get('a')).toEqual(before);
  });

  it('is asked once, however often the command comes', () => {
    expect(up().stop('a').stop('a').done).toEqual([]);
  });

  it('is refused when no such service is in the transaction', () => {
    expect(up().stop('x').done).toEqual(['refuse x SVC_UNKNOWN']);
  });

  it('tells its own end, or has it told by the provider, but not both', () => {
    expect(up().stop('a').reported('a', 'stopped').ended('a', { exitCode: 0 }).done).toEqual([]);
    expect(up().stop('a').ended('a', { exitCode: 0 }).done).toEqual(['report a stopped']);
  });

  it('has its end told with what had to be killed, also when it had reported a failure before', () => {
    const killed = ['7 (sleep)'];
    const stage = up().reported('a', 'failed').stop('a').ended('a', { signal: 'SIGKILL', killed });
    expect(stage.effects).toContainEqual({
      type: 'report',
      service: 'a',
      action: 'stopped',
      status: { signal: 'SIGKILL', killed },
    });
  });

  it('is stopped when its launch fails meanwhile', () => {
    const stage = one().start('a').stop('a').launchFailed('a');
    expect(stage.done).toEqual(['report a stopped']);
    expect(stage.get('a')).toMatchObject({ status: 'stopped', isAlive: false });
  });

  it('is stopped, not failed, when it reports a failure or ends badly on its way out', () => {
    const stage = up().stop('a').reported('a', 'failed').ended('a', { exitCode: 1 });
    expect(stage.get('a').status).toBe('stopped');
  });
});

describe('a service that is asked to restart', () => {
  it.each([
    ['starting', one().start('a')],
    ['started', up()],
    ['failed, and alive', up().reported('a', 'failed')],
  ])('stops and starts again in one move when it is %s', (_status, stage) => {
    expect(stage.restart('a').done).toEqual(['stop a']);
    expect(stage.get('a').status).toBe('stopping');
    expect(stage.ended('a', { exitCode: 0 }).done).toEqual(['report a stopped', 'launch a']);
    expect(stage.get('a')).toMatchObject({ status: 'starting', run: 2, restartsMs: [] });
  });

  it.each([
    ['defined', one()],
    ['stopped', up().stop('a').ended('a')],
    ['failed, and gone', up().ended('a', { exitCode: 3 })],
  ])('is launched at once when it is %s', (_status, stage) => {
    expect(stage.restart('a').done).toEqual(['launch a']);
  });

  it('comes back when its launch fails while it is being stopped for it', () => {
    expect(one().start('a').restart('a').launchFailed('a').done).toEqual(['report a stopped', 'launch a']);
  });
});

describe('a service that ends by itself', () => {
  it.each([
    ['exited', 'with code 0', { exitCode: 0 }, {}],
    ['failed', 'with another code', { exitCode: 3 }, { reason: 'exit_code', exit_code: 3 }],
    ['failed', 'by a signal', { signal: 'SIGSEGV' }, { reason: 'signal', signal: 'SIGSEGV' }],
  ])('is %s when it ends %s', (status, _how, end, told) => {
    const stage = up().ended('a', end);
    expect(stage.get('a')).toMatchObject({ status, lastAction: status, isAlive: false, pid: undefined });
    expect(stage.effects).toContainEqual(
      expect.objectContaining({
        type: 'report',
        action: status,
        status: expect.objectContaining(told) as unknown,
      }),
    );
  });

  it('is exited, and nobody else tells, when it has said so itself', () => {
    const stage = up().reported('a', 'exited').ended('a', { exitCode: 0 });
    expect(stage.get('a').status).toBe('exited');
    expect(stage.done).toEqual([]);
  });

  it('is stopped when it has said so, though the provider did not ask', () => {
    const stage = up().reported('a', 'stopped').ended('a', { exitCode: 0 });
    expect(stage.get('a').status).toBe('stopped');
    expect(stage.done).toEqual([]);
  });

  it('is failed when it ends before it was ready, even with code 0', () => {
    const stage = one().start('a').launched('a').ended('a', { exitCode: 0 });
    expect(stage.get('a')).toMatchObject({ status: 'failed', reason: 'exit_code' });
    expect(stage.get('a').error?.message).toBe('a ended with exit code 0 before it was ready');
  });

  it('is failed with the reason when it could not be launched', () => {
    const stage = one().start('a').launchFailed('a');
    expect(stage.done).toEqual(['report a failed']);
    expect(stage.get('a')).toMatchObject({
      status: 'failed',
      isAlive: false,
      reason: 'launch',
      error: { code: 'SVC_BUILD_FAILED', message: 'x.ts:1:2: no' },
    });
  });
});
