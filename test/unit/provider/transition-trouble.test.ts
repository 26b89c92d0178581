import { describe, expect, it } from 'vitest';
import { id, Stage } from '../../helpers/stage.js';

const one = () => new Stage({ id: 'a' });
const up = () => one().up('a');

describe('a service that is not ready in time', () => {
  const late = () => one().start('a').launched('a').startTimedOut('a');

  it('is killed and failed, once', () => {
    const stage = late();
    expect(stage.done).toEqual(['stop a at once', 'report a failed']);
    expect(stage.get('a')).toMatchObject({ status: 'failed', reason: 'start_timeout', isAlive: true });
    expect(stage.ended('a', { signal: 'SIGKILL' }).done).toEqual([]);
    expect(stage.get('a')).toMatchObject({ status: 'failed', isAlive: false });
  });

  it('stays failed whatever it says while it dies', () => {
    const stage = late().reported('a', 'started').reported('a', 'updated').reported('a', 'failed');
    expect(stage.get('a')).toMatchObject({ status: 'failed', reason: 'start_timeout' });
  });

  it.each([
    ['it is started', up()],
    ['it is being stopped', up().stop('a')],
    ['it has failed already', one().start('a').launched('a').reported('a', 'failed')],
  ])('is what it is when the time is over and %s', (_what, stage) => {
    const before = stage.get('a');
    expect(stage.startTimedOut('a').effects).toEqual([]);
    expect(stage.get('a')).toEqual(before);
  });
});

describe('a service that reports a failure and lives on', () => {
  const failing = () =>
    up().reported('a', 'failed', { error: { code: 'X', message: 'one sensor is silent' } });

  it('is failed with its own words, and alive', () => {
    expect(failing().get('a')).toMatchObject({
      status: 'failed',
      isAlive: true,
      reason: 'error',
      error: { code: 'X', message: 'one sensor is silent' },
    });
  });

  it.each(['updated', 'started'] as const)(
    'is well again, as if nothing had been, when it reports %s',
    (action) => {
      expect(failing().reported('a', action).get('a')).toMatchObject({
        status: 'started',
        reason: undefined,
        error: undefined,
      });
    },
  );

  it('has its end not told a second time', () => {
    const stage = failing().ended('a', { exitCode: 1 });
    expect(stage.done).toEqual([]);
    expect(stage.get('a')).toMatchObject({ status: 'failed', isAlive: false, pid: undefined });
  });
});

describe('what an earlier run left behind changes nothing', () => {
  const second = () => up().restart('a').ended('a', { exitCode: 0 });

  it.each([
    ['its end', second().ended('a', { exitCode: 3 }, 1)],
    ['its start timer', second().startTimedOut('a', 1)],
    ['its back-off', second().backoffOver('a', 1)],
    [
      'its report, before the process of the present run is known',
      second().reported('a', 'stopped', { pid: 100 }),
    ],
    ['its report, after that', second().launched('a').reported('a', 'started', { pid: 100 })],
  ])('%s', (_what, stage) => {
    expect(stage.effects).toEqual([]);
    expect(stage.get('a')).toMatchObject({ status: 'starting', run: 2, said: undefined });
  });

  it('a report when no process is there', () => {
    expect(up().stop('a').ended('a').reported('a', 'updated', { pid: 100 }).effects).toEqual([]);
  });

  it('a report of a service that the transaction does not have', () => {
    const event = {
      type: 'reported',
      service: id('x'),
      action: 'started',
      pid: 1,
      error: undefined,
    } as const;
    expect(up().apply(event).effects).toEqual([]);
  });
});
