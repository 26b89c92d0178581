import { describe, expect, it } from 'vitest';
import { id, Harness } from '../../helpers/harness.js';

const one = () => new Harness({ id: 'a' });
const up = () => one().bringUp('a');

describe('A service that is not ready in time', () => {
  const late = () => one().start('a').launched('a').startTimedOut('a');

  it('is killed and fails once', () => {
    const harness = late();
    expect(harness.effectTexts).toEqual(['stop a at once', 'report a failed']);
    expect(harness.get('a')).toMatchObject({ status: 'failed', reason: 'start_timeout', isAlive: true });
    expect(harness.ended('a', { signal: 'SIGKILL' }).effectTexts).toEqual([]);
    expect(harness.get('a')).toMatchObject({ status: 'failed', isAlive: false });
  });

  it('stays failed, whatever it reports while it ends', () => {
    const harness = late().reported('a', 'started').reported('a', 'updated').reported('a', 'failed');
    expect(harness.get('a')).toMatchObject({ status: 'failed', reason: 'start_timeout' });
  });

  it.each([
    ['it is started', up()],
    ['it is being stopped', up().stop('a')],
    ['it has failed already', one().start('a').launched('a').reported('a', 'failed')],
  ])('is unchanged when the time is over and %s', (_what, harness) => {
    const before = harness.get('a');
    expect(harness.startTimedOut('a').effects).toEqual([]);
    expect(harness.get('a')).toEqual(before);
  });
});

describe('A service that reports a failure and keeps running', () => {
  const failing = () =>
    up().reported('a', 'failed', { error: { code: 'X', message: 'one sensor is silent' } });

  it('fails with its own error and stays alive', () => {
    expect(failing().get('a')).toMatchObject({
      status: 'failed',
      isAlive: true,
      reason: 'error',
      error: { code: 'X', message: 'one sensor is silent' },
    });
  });

  it.each(['updated', 'started'] as const)('recovers when it reports %s', (action) => {
    expect(failing().reported('a', action).get('a')).toMatchObject({
      status: 'started',
      reason: undefined,
      error: undefined,
    });
  });

  it('is not reported as failed again at its end', () => {
    const harness = failing().ended('a', { exitCode: 1 });
    expect(harness.effectTexts).toEqual([]);
    expect(harness.get('a')).toMatchObject({ status: 'failed', isAlive: false, pid: undefined });
  });
});

describe('Events of an earlier run change nothing:', () => {
  const second = () => up().restart('a').ended('a', { exitCode: 0 });

  it.each([
    ['its end', second().ended('a', { exitCode: 3 }, 1)],
    ['its start timer', second().startTimedOut('a', 1)],
    ['its back-off', second().backoffOver('a', 1)],
    [
      'its report, before the process of the present run is known',
      second().reported('a', 'stopped', { run: 1 }),
    ],
    ['its report, after that', second().launched('a').reported('a', 'started', { run: 1 })],
  ])('%s', (_what, harness) => {
    expect(harness.effects).toEqual([]);
    expect(harness.get('a')).toMatchObject({ status: 'starting', run: 2, reportedEnd: undefined });
  });

  it('a report without a process', () => {
    expect(up().stop('a').ended('a').reported('a', 'updated', { run: 1 }).effects).toEqual([]);
  });

  it('a report of a service that the transaction does not have', () => {
    const event = {
      type: 'reported',
      service: id('x'),
      run: 1,
      action: 'started',
      error: undefined,
    } as const;
    expect(up().apply(event).effects).toEqual([]);
  });
});

describe('A service that exceeds a limit', () => {
  const status = { metric: 'rss', value: 231.46, above: 200, for_s: 10, reason: 'limit' };
  const reported = (harness: Harness) => harness.effects.find((each) => each.type === 'report');

  it('is stopped and fails once', () => {
    const harness = up().exceeded('a', 'failed');
    expect(harness.effectTexts).toEqual(['stop a', 'report a failed']);
    expect(reported(harness)).toMatchObject({
      status: {
        ...status,
        error: {
          code: 'SVC_LIMIT_EXCEEDED',
          message: 'a had rss at 231.46 MiB for 10 s, allowed: 200',
        },
      },
    });
    expect(harness.exceeded('a', 'failed').effects).toEqual([]);
    expect(harness.get('a')).toMatchObject({ status: 'failed', reason: 'limit', isAlive: true });
  });

  it('stays failed, whatever it reports while it ends, and fires no on_exit', () => {
    const harness = new Harness({ id: 'a', transitions: { on_exit: 'start b' } }, { id: 'b' });
    harness.bringUp('a').exceeded('a', 'failed').reported('a', 'updated').reported('a', 'stopped');
    expect(harness.ended('a', { exitCode: 0 }).effectTexts).toEqual([]);
    expect(harness.get('a')).toMatchObject({ status: 'failed', reason: 'limit', isAlive: false });
  });

  it('fires on_fail once, and restarts if that says so', () => {
    const harness = new Harness({ id: 'a', transitions: { on_fail: 'restart a', on_exit: 'stop a' } });
    expect(harness.bringUp('a').exceeded('a', 'failed').fired).toEqual(['on_fail: restart a']);
    expect(harness.reported('a', 'stopped').ended('a', { exitCode: 0 }).effectTexts).toEqual(['launch a']);
    expect(harness.fired).toEqual([]);
    expect(harness.launched('a').reported('a', 'started').get('a')).toMatchObject({
      status: 'started',
      run: 2,
      reason: undefined,
    });
  });

  it('keeps running with event updated and fires on_update', () => {
    const harness = new Harness({ id: 'a', transitions: { on_update: 'start b' } }, { id: 'b' });
    harness.bringUp('a').exceeded('a', 'updated');
    expect(harness.fired).toEqual(['on_update: start b']);
    expect(reported(harness)).toEqual({
      type: 'report',
      service: id('a'),
      action: 'updated',
      status,
      runToken: 'a/1',
    });
    expect(harness.get('a')).toMatchObject({ status: 'started', lastAction: 'updated', reason: undefined });
  });

  it.each([
    ['it is being stopped', up().stop('a')],
    ['it has failed already', up().reported('a', 'failed')],
    ['it is not ready yet', one().start('a').launched('a')],
    ['it has said that it ends', up().reported('a', 'exited')],
  ])('is unchanged when %s', (_what, harness) => {
    const before = harness.get('a');
    for (const event of ['failed', 'updated'] as const)
      expect(harness.exceeded('a', event).effects).toEqual([]);
    expect(harness.get('a')).toEqual(before);
  });

  it('is not affected by a breach of an earlier run', () => {
    const harness = up().restart('a').ended('a').launched('a').reported('a', 'started');
    expect(harness.exceeded('a', 'failed', 1).effects).toEqual([]);
  });

  it('is stopped again by the next provider', () => {
    const harness = up().exceeded('a', 'failed');
    const { run, pid } = harness.get('a');
    const found = { run, pid: pid!, runToken: 'a/1' };
    harness.apply({ type: 'recovered', service: id('a'), run, found });
    expect(harness.effectTexts).toEqual(['stop a']);
    expect(harness.get('a')).toMatchObject({ status: 'failed', reason: 'limit' });
  });
});
