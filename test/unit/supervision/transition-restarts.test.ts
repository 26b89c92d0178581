import { describe, expect, it } from 'vitest';
import { Stage } from '../../helpers/harness.js';

const limits = { max_restarts: 3, restart_window_s: 30, backoff_s: 0.1, backoff_max_s: 15 };
const phoenix = (supervision: Record<string, number> = limits) =>
  new Stage({ id: 'a', transitions: { on_fail: 'restart a' }, supervision }, { id: 'b' });

/** Fails, and waits until it is launched again if it is. */
function failOnce(stage: Stage): Stage {
  stage.launched('a').reported('a', 'started').ended('a', { exitCode: 1 });
  if (stage.get('a').status !== 'backoff') return stage;
  stage.atMs += delayOf(stage);
  return stage.backoffOver('a');
}

function delayOf(stage: Stage): number {
  const [timer] = stage.effects.filter((each) => each.type === 'time_backoff');
  return timer?.delayMs ?? 0;
}

function gaveUp(): Stage {
  const stage = phoenix().start('a');
  for (let failures = 0; failures < 4; failures += 1) failOnce(stage);
  return stage;
}

describe('a service that restarts itself on failure', () => {
  it('comes back at once the first time, then after back-off that doubles', () => {
    const stage = phoenix().start('a').launched('a');
    expect(stage.ended('a', { exitCode: 1 }).done).toEqual(['report a failed', 'launch a']);
    const delays = [1, 2].map(() => {
      stage.launched('a').ended('a', { exitCode: 1 });
      expect(stage.get('a')).toMatchObject({ status: 'backoff', isAlive: false });
      const delay = delayOf(stage);
      expect(stage.backoffOver('a').done).toEqual(['launch a']);
      return delay;
    });
    expect(delays).toEqual([100, 200]);
  });

  it('takes a failure that it lives through as one, too: its run is stopped first', () => {
    const stage = phoenix().up('a').reported('a', 'failed');
    expect(stage.done).toEqual(['stop a']);
    expect(stage.ended('a').done).toEqual(['report a stopped', 'launch a']);
  });

  it('backs off also when it was stopped for its restart', () => {
    const stage = phoenix().up('a').ended('a', { exitCode: 1 }).launched('a').reported('a', 'started');
    stage.reported('a', 'failed').ended('a');
    expect(stage.get('a').status).toBe('backoff');
    expect(delayOf(stage)).toBe(100);
  });

  it('does not back off for a failure that it got over, when another restarts it', () => {
    const stage = new Stage(
      { id: 'a', transitions: { on_fail: 'restart b' } },
      { id: 'b', transitions: { on_exit: 'start b' } },
    );
    stage.up('a', 'b').ended('b', { exitCode: 0 }).launched('b').reported('b', 'started');
    stage.reported('b', 'failed').reported('b', 'updated').launched('b');
    stage.reported('a', 'failed').ended('b', { exitCode: 0 });
    expect(stage.done).toEqual(['report b stopped', 'launch b']);
  });

  it('comes back after a late start has been killed', () => {
    const stage = phoenix().start('a').launched('a').startTimedOut('a');
    expect(stage.done).toEqual(['stop a at once', 'report a failed', 'stop a']);
    expect(stage.ended('a', { signal: 'SIGKILL' }).done).toEqual(['report a stopped', 'launch a']);
  });
});

describe('a service in back-off', () => {
  const resting = () => failOnce(phoenix().start('a')).launched('a').ended('a', { exitCode: 1 });

  it('is launched at once by a command, and the timer finds nothing to do', () => {
    const stage = resting();
    expect(stage.start('a').done).toEqual(['launch a']);
    expect(stage.backoffOver('a', 2).effects).toEqual([]);
  });

  it('is stopped there and then by a command, and stays away', () => {
    const stage = resting();
    expect(stage.stop('a').done).toEqual(['report a stopped']);
    expect(stage.get('a').status).toBe('stopped');
    expect(stage.backoffOver('a').effects).toEqual([]);
  });

  it.each(['start', 'restart'])('is left waiting by a transition that asks to %s it', (action) => {
    const stage = new Stage(
      { id: 'a', transitions: { on_fail: 'restart a' } },
      { id: 'b', transitions: { on_start: `${action} a` } },
    );
    stage.start('a').launched('a').ended('a', { exitCode: 1 }).launched('a').ended('a', { exitCode: 1 });
    stage.up('b');
    expect(stage.fired).toEqual([`on_start: ${action} a (already backoff)`]);
    expect(stage.get('a').status).toBe('backoff');
  });
});

describe('past the limit of restarts', () => {
  it('a service gives up: it has failed for good, on-lookers see it, and no trigger fires', () => {
    const stage = gaveUp();
    expect(stage.get('a')).toMatchObject({ status: 'failed', reason: 'gave_up', isAlive: false, run: 4 });
    const reports = stage.effects.filter((each) => each.type === 'report');
    expect(reports.map((each) => each.status.reason)).toEqual(['exit_code', 'gave_up']);
    expect(stage.fired).toEqual(['on_fail: restart a']);
    expect(stage.get('a').error).toMatchObject({
      code: 'SVC_GAVE_UP',
      message: 'gave up: restarted 3 times within 30 s',
    });
  });

  it('no transition brings it back, however late', () => {
    const stage = new Stage(
      { id: 'a', transitions: { on_fail: 'restart a' }, supervision: { max_restarts: 0 } },
      { id: 'b', transitions: { on_update: 'start a', on_exit: 'restart a' } },
    );
    stage.up('a', 'b').ended('a', { exitCode: 1 });
    stage.atMs += 3_600_000;
    expect(stage.reported('b', 'updated').fired).toEqual(['on_update: start a (it has given up)']);
    expect(stage.ended('b', { exitCode: 0 }).fired).toEqual(['on_exit: restart a (it has given up)']);
    expect(stage.get('a')).toMatchObject({ status: 'failed', reason: 'gave_up' });
  });

  it.each(['start', 'restart'] as const)(
    'a %s by command brings it back, with its count at nought',
    (action) => {
      const stage = gaveUp();
      expect(stage[action]('a').done).toEqual(['launch a']);
      expect(stage.get('a')).toMatchObject({ status: 'starting', reason: undefined, restartsMs: [] });
      expect(failOnce(stage).get('a').status).toBe('starting');
    },
  );

  it('a command that stops it leaves it as it is', () => {
    expect(gaveUp().stop('a').get('a')).toMatchObject({ status: 'failed', reason: 'gave_up' });
  });

  it('a limit of nought means that no transition ever restarts it', () => {
    expect(failOnce(phoenix({ max_restarts: 0 }).start('a')).get('a').reason).toBe('gave_up');
  });

  it('restarts that lie further back than the window are not counted', () => {
    const stage = phoenix().start('a');
    for (let failures = 0; failures < 20; failures += 1) {
      failOnce(stage);
      stage.atMs += 11_000;
    }
    expect(stage.get('a').status).toBe('starting');
  });

  it('the first start by a transition is no restart', () => {
    const stage = new Stage(
      { id: 'a', transitions: { on_update: 'start b' } },
      { id: 'b', supervision: { max_restarts: 0 } },
    );
    expect(stage.up('a').reported('a', 'updated').done).toEqual(['launch b']);
    expect(stage.get('b').restartsMs).toEqual([]);
  });

  it('restarts after a good end count as well, without back-off', () => {
    const stage = new Stage({ id: 'a', transitions: { on_exit: 'start a' }, supervision: limits }).up('a');
    const statuses = [1, 2, 3, 4].map(() => {
      stage.ended('a', { exitCode: 0 });
      const { status, reason } = stage.get('a');
      if (status === 'starting') stage.launched('a').reported('a', 'started');
      return reason ?? status;
    });
    expect(statuses).toEqual(['starting', 'starting', 'starting', 'gave_up']);
  });
});
