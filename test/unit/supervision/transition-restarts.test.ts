import { describe, expect, it } from 'vitest';
import { Harness } from '../../helpers/harness.js';

const limits = { max_restarts: 3, restart_window_s: 30, backoff_s: 0.1, backoff_max_s: 15 };
const phoenix = (supervision: Record<string, unknown> = limits) =>
  new Harness({ id: 'a', transitions: { on_fail: 'restart a' }, supervision }, { id: 'b' });

/** Fails the service and waits for its relaunch, if there is one. */
function failOnce(harness: Harness): Harness {
  harness.launched('a').reported('a', 'started').ended('a', { exitCode: 1 });
  if (harness.get('a').status !== 'backoff') return harness;
  harness.atMs += delayOf(harness);
  return harness.backoffOver('a');
}

function delayOf(harness: Harness): number {
  const [timer] = harness.effects.filter((each) => each.type === 'time_backoff');
  return timer?.delayMs ?? 0;
}

function gaveUp(): Harness {
  const harness = phoenix().start('a');
  for (let failures = 0; failures < 4; failures += 1) failOnce(harness);
  return harness;
}

describe('A service that restarts itself on failure', () => {
  it('restarts at once the first time, then after a back-off that doubles', () => {
    const harness = phoenix().start('a').launched('a');
    expect(harness.ended('a', { exitCode: 1 }).effectTexts).toEqual(['report a failed', 'launch a']);
    const delays = [1, 2].map(() => {
      harness.launched('a').ended('a', { exitCode: 1 });
      expect(harness.get('a')).toMatchObject({ status: 'backoff', isAlive: false });
      const delay = delayOf(harness);
      expect(harness.backoffOver('a').effectTexts).toEqual(['launch a']);
      return delay;
    });
    expect(delays).toEqual([100, 200]);
  });

  it('is stopped first when its process survives the failure', () => {
    const harness = phoenix().bringUp('a').reported('a', 'failed');
    expect(harness.effectTexts).toEqual(['stop a']);
    expect(harness.ended('a').effectTexts).toEqual(['report a stopped', 'launch a']);
  });

  it('backs off also when it was stopped for the restart', () => {
    const harness = phoenix().bringUp('a').ended('a', { exitCode: 1 }).launched('a').reported('a', 'started');
    harness.reported('a', 'failed').ended('a');
    expect(harness.get('a').status).toBe('backoff');
    expect(delayOf(harness)).toBe(100);
  });

  it('does not back off after it has recovered', () => {
    const harness = new Harness(
      { id: 'a', transitions: { on_fail: 'restart b' } },
      { id: 'b', transitions: { on_exit: 'start b' } },
    );
    harness.bringUp('a', 'b').ended('b', { exitCode: 0 }).launched('b').reported('b', 'started');
    harness.reported('b', 'failed').reported('b', 'updated').launched('b');
    harness.reported('a', 'failed').ended('b', { exitCode: 0 });
    expect(harness.effectTexts).toEqual(['report b stopped', 'launch b']);
  });

  it('restarts after a start timeout', () => {
    const harness = phoenix().start('a').launched('a').startTimedOut('a');
    expect(harness.effectTexts).toEqual(['stop a at once', 'report a failed', 'stop a']);
    expect(harness.ended('a', { signal: 'SIGKILL' }).effectTexts).toEqual(['report a stopped', 'launch a']);
  });
});

describe('A service in back-off', () => {
  const resting = () => failOnce(phoenix().start('a')).launched('a').ended('a', { exitCode: 1 });

  it('is launched at once by a command; the timer then does nothing', () => {
    const harness = resting();
    expect(harness.start('a').effectTexts).toEqual(['launch a']);
    expect(harness.backoffOver('a', 2).effects).toEqual([]);
  });

  it('is stopped at once by a command', () => {
    const harness = resting();
    expect(harness.stop('a').effectTexts).toEqual(['report a stopped']);
    expect(harness.get('a').status).toBe('stopped');
    expect(harness.backoffOver('a').effects).toEqual([]);
  });

  it.each(['start', 'restart'])('keeps waiting when a transition asks to %s it', (action) => {
    const harness = new Harness(
      { id: 'a', transitions: { on_fail: 'restart a' } },
      { id: 'b', transitions: { on_start: `${action} a` } },
    );
    harness.start('a').launched('a').ended('a', { exitCode: 1 }).launched('a').ended('a', { exitCode: 1 });
    harness.bringUp('b');
    expect(harness.fired).toEqual([`on_start: ${action} a (already backoff)`]);
    expect(harness.get('a').status).toBe('backoff');
  });
});

describe('Beyond the restart limit', () => {
  it('a service gives up: it has failed, the failure is reported, and no trigger fires', () => {
    const harness = gaveUp();
    expect(harness.get('a')).toMatchObject({ status: 'failed', reason: 'gave_up', isAlive: false, run: 4 });
    const reports = harness.effects.filter((each) => each.type === 'report');
    expect(reports.map((each) => each.status.reason)).toEqual(['exit_code', 'gave_up']);
    expect(harness.fired).toEqual(['on_fail: restart a']);
    expect(harness.get('a').error).toMatchObject({
      code: 'SVC_GAVE_UP',
      message: 'gave up: restarted 3 times within 30 s',
    });
  });

  it('no transition restarts it', () => {
    const harness = new Harness(
      { id: 'a', transitions: { on_fail: 'restart a' }, supervision: { max_restarts: 0 } },
      { id: 'b', transitions: { on_update: 'start a', on_exit: 'restart a' } },
    );
    harness.bringUp('a', 'b').ended('a', { exitCode: 1 });
    harness.atMs += 3_600_000;
    expect(harness.reported('b', 'updated').fired).toEqual(['on_update: start a (it has given up)']);
    expect(harness.ended('b', { exitCode: 0 }).fired).toEqual(['on_exit: restart a (it has given up)']);
    expect(harness.get('a')).toMatchObject({ status: 'failed', reason: 'gave_up' });
  });

  it.each(['start', 'restart'] as const)('a %s by command launches it and resets the count', (action) => {
    const harness = gaveUp();
    expect(harness[action]('a').effectTexts).toEqual(['launch a']);
    expect(harness.get('a')).toMatchObject({ status: 'starting', reason: undefined, restartsMs: [] });
    expect(failOnce(harness).get('a').status).toBe('starting');
  });

  it('a stop by command does not change it', () => {
    expect(gaveUp().stop('a').get('a')).toMatchObject({ status: 'failed', reason: 'gave_up' });
  });

  it('a limit of 0 means that no transition restarts it', () => {
    expect(failOnce(phoenix({ max_restarts: 0 }).start('a')).get('a').reason).toBe('gave_up');
  });

  it('restarts before the window do not count', () => {
    const harness = phoenix().start('a');
    for (let failures = 0; failures < 20; failures += 1) {
      failOnce(harness);
      harness.atMs += 11_000;
    }
    expect(harness.get('a').status).toBe('starting');
  });

  it('the first start by a transition does not count', () => {
    const harness = new Harness(
      { id: 'a', transitions: { on_update: 'start b' } },
      { id: 'b', supervision: { max_restarts: 0 } },
    );
    expect(harness.bringUp('a').reported('a', 'updated').effectTexts).toEqual(['launch b']);
    expect(harness.get('b').restartsMs).toEqual([]);
  });

  it('restarts after a normal end count, without back-off', () => {
    const harness = new Harness({
      id: 'a',
      transitions: { on_exit: 'start a' },
      supervision: limits,
    }).bringUp('a');
    const statuses = [1, 2, 3, 4].map(() => {
      harness.ended('a', { exitCode: 0 });
      const { status, reason } = harness.get('a');
      if (status === 'starting') harness.launched('a').reported('a', 'started');
      return reason ?? status;
    });
    expect(statuses).toEqual(['starting', 'starting', 'starting', 'gave_up']);
  });
});

describe('<restart> of a service', () => {
  const withPolicy = (restart: string, transitions = {}) =>
    new Harness({ id: 'a', transitions, supervision: { ...limits, restart } }, { id: 'b' });
  const clean = { exitCode: 0 };
  const crash = { exitCode: 1 };

  it.each([
    ['never', clean, 'exited'],
    ['never', crash, 'failed'],
    ['on-failure', clean, 'exited'],
    ['on-failure', crash, 'starting'],
    ['always', clean, 'starting'],
    ['always', crash, 'starting'],
  ])('"%s": after an end with %j it is %s', (restart, end, status) => {
    const harness = withPolicy(restart).bringUp('a').ended('a', end);
    expect(harness.get('a').status).toBe(status);
  });

  it.each(['on-failure', 'always'])('"%s" never restarts after a stop command', (restart) => {
    expect(withPolicy(restart).bringUp('a').stop('a').ended('a', crash).get('a').status).toBe('stopped');
    const waiting = withPolicy(restart).bringUp('a').ended('a', crash).launched('a').ended('a', crash);
    expect(waiting.get('a').status).toBe('backoff');
    expect(waiting.stop('a').get('a').status).toBe('stopped');
  });

  it('backs off and gives up as a restart by a transition, also after clean exits', () => {
    const harness = withPolicy('always').bringUp('a');
    expect(harness.ended('a', clean).effectTexts).toEqual(['report a exited', 'launch a']);
    for (const delayMs of [100, 200]) {
      harness.launched('a').reported('a', 'started').ended('a', clean);
      expect(delayOf(harness)).toBe(delayMs);
      harness.backoffOver('a');
    }
    harness.launched('a').reported('a', 'started').ended('a', clean);
    expect(harness.get('a')).toMatchObject({ status: 'failed', reason: 'gave_up' });
  });

  it('lets transitions go first: what on_fail does to the service itself is not done twice', () => {
    const restarted = withPolicy('on-failure', { on_fail: 'restart a b' }).bringUp('a').ended('a', crash);
    expect(restarted.effectTexts).toEqual(['report a failed', 'launch a', 'launch b']);
  });

  it('restarts only the service that has ended', () => {
    const harness = withPolicy('on-failure').bringUp('a', 'b').ended('b', crash);
    expect(harness.effectTexts).toEqual(['report b failed']);
  });
});
