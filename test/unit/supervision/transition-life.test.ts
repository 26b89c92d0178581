import { describe, expect, it } from 'vitest';
import { Harness } from '../../helpers/harness.js';

const one = () => new Harness({ id: 'a' });
const up = () => one().bringUp('a');

describe('A start by command', () => {
  it('launches, sets a timer, and ends with the started event', () => {
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
  ])('is refused when the service is %s', (_status, harness) => {
    const before = harness.get('a');
    expect(harness.start('a').effectTexts).toEqual(['refuse a SVC_ALREADY_STARTED']);
    expect(harness.get('a')).toEqual(before);
  });

  it.each([
    ['stopped', up().stop('a').ended('a')],
    ['exited', up().ended('a', { exitCode: 0 })],
    ['failed, and gone', up().ended('a', { exitCode: 3 })],
  ])('launches a service that is %s', (_status, harness) => {
    expect(harness.start('a').effectTexts).toEqual(['launch a']);
    expect(harness.get('a')).toMatchObject({
      status: 'starting',
      run: 2,
      reason: undefined,
      error: undefined,
    });
  });

  it('is refused for an unknown service; the others start', () => {
    expect(one().start('x', 'a').effectTexts).toEqual(['refuse x SVC_UNKNOWN', 'launch a']);
  });

  it('is refused for the second mention of a service in one command', () => {
    expect(one().start('a', 'a').effectTexts).toEqual(['launch a', 'refuse a SVC_ALREADY_STARTED']);
  });

  it('of a stopping service follows the end of its run', () => {
    const harness = up().stop('a');
    expect(harness.start('a').effectTexts).toEqual([]);
    expect(harness.ended('a', { exitCode: 0 }).effectTexts).toEqual(['report a stopped', 'launch a']);
    expect(harness.get('a')).toMatchObject({ status: 'starting', run: 2, pendingStart: undefined });
  });

  it('of a stopping service is cancelled by a later stop', () => {
    const harness = up().stop('a').start('a').stop('a').ended('a');
    expect(harness.effectTexts).toEqual(['report a stopped']);
    expect(harness.get('a').status).toBe('stopped');
  });
});

describe('A stop by command', () => {
  it.each([
    ['starting', one().start('a')],
    ['starting, with a process', one().start('a').launched('a')],
    ['started', up()],
    ['failed, and alive', up().reported('a', 'failed')],
  ])('stops a service that is %s', (_status, harness) => {
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
  ])('does not change a service that is %s', (_status, harness) => {
    const before = harness.get('a');
    expect(harness.stop('a').effectTexts).toEqual([]);
    expect(harness.get('a')).toEqual(before);
  });

  it('is performed once, however often the command arrives', () => {
    expect(up().stop('a').stop('a').effectTexts).toEqual([]);
  });

  it('is refused for an unknown service', () => {
    expect(up().stop('x').effectTexts).toEqual(['refuse x SVC_UNKNOWN']);
  });

  it('is reported by the service or by the provider, but not by both', () => {
    expect(up().stop('a').reported('a', 'stopped').ended('a', { exitCode: 0 }).effectTexts).toEqual([]);
    expect(up().stop('a').ended('a', { exitCode: 0 }).effectTexts).toEqual(['report a stopped']);
  });

  it('is reported with killed processes, also after a reported failure', () => {
    const killed = ['7 (sleep)'];
    const harness = up().reported('a', 'failed').stop('a').ended('a', { signal: 'SIGKILL', killed });
    expect(harness.effects).toContainEqual({
      type: 'report',
      service: 'a',
      action: 'stopped',
      status: { signal: 'SIGKILL', killed },
      runToken: 'a/1',
    });
  });

  it('ends as stopped when the launch fails', () => {
    const harness = one().start('a').stop('a').launchFailed('a');
    expect(harness.effectTexts).toEqual(['report a stopped']);
    expect(harness.get('a')).toMatchObject({ status: 'stopped', isAlive: false });
  });

  it('ends as stopped when the service fails while it stops', () => {
    const harness = up().stop('a').reported('a', 'failed').ended('a', { exitCode: 1 });
    expect(harness.get('a').status).toBe('stopped');
  });
});

describe('A restart by command', () => {
  it.each([
    ['starting', one().start('a')],
    ['started', up()],
    ['failed, and alive', up().reported('a', 'failed')],
  ])('stops and launches a service that is %s', (_status, harness) => {
    expect(harness.restart('a').effectTexts).toEqual(['stop a']);
    expect(harness.get('a').status).toBe('stopping');
    expect(harness.ended('a', { exitCode: 0 }).effectTexts).toEqual(['report a stopped', 'launch a']);
    expect(harness.get('a')).toMatchObject({ status: 'starting', run: 2, restartsMs: [] });
  });

  it.each([
    ['defined', one()],
    ['stopped', up().stop('a').ended('a')],
    ['failed, and gone', up().ended('a', { exitCode: 3 })],
  ])('launches a service that is %s at once', (_status, harness) => {
    expect(harness.restart('a').effectTexts).toEqual(['launch a']);
  });

  it('launches again when the earlier launch fails', () => {
    expect(one().start('a').restart('a').launchFailed('a').effectTexts).toEqual([
      'report a stopped',
      'launch a',
    ]);
  });
});

describe('A service that ends by itself', () => {
  it.each([
    ['exited', 'with code 0', { exitCode: 0 }, {}],
    ['failed', 'with another code', { exitCode: 3 }, { reason: 'exit_code', exit_code: 3 }],
    ['failed', 'by a signal', { signal: 'SIGSEGV' }, { reason: 'signal', signal: 'SIGSEGV' }],
  ])('has %s when it ends %s', (status, _how, end, reported) => {
    const harness = up().ended('a', end);
    expect(harness.get('a')).toMatchObject({ status, lastAction: status, isAlive: false, pid: undefined });
    expect(harness.effects).toContainEqual(
      expect.objectContaining({
        type: 'report',
        action: status,
        status: expect.objectContaining(reported) as unknown,
      }),
    );
  });

  it('has exited, without a second report, when it has reported that', () => {
    const harness = up().reported('a', 'exited').ended('a', { exitCode: 0 });
    expect(harness.get('a').status).toBe('exited');
    expect(harness.effectTexts).toEqual([]);
  });

  it('has stopped when it has reported that, without a request', () => {
    const harness = up().reported('a', 'stopped').ended('a', { exitCode: 0 });
    expect(harness.get('a').status).toBe('stopped');
    expect(harness.effectTexts).toEqual([]);
  });

  it('has failed when it ends before it is ready, even with code 0', () => {
    const harness = one().start('a').launched('a').ended('a', { exitCode: 0 });
    expect(harness.get('a')).toMatchObject({ status: 'failed', reason: 'exit_code' });
    expect(harness.get('a').error?.message).toBe('a ended with exit code 0 before it was ready');
  });

  it('has failed with the error of a failed launch', () => {
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
