import { describe, expect, it } from 'vitest';
import type { ServiceResult } from '../../../src/messages/state.js';
import { Completion, type CompletionGoal } from '../../../src/supervision/completion.js';
import { id, Harness } from '../../helpers/harness.js';

/** Asks, and tells what has settled after each move. */
function ask(harness: Harness, goal: CompletionGoal, ...services: string[]) {
  const settlement = new Completion();
  const asked: {
    results: readonly ServiceResult[] | undefined;
    step: (move: () => Harness) => Promise<void>;
  } = {
    results: undefined,
    step: async (move) => {
      settlement.check(move().snapshot, harness.atMs);
      await Promise.resolve();
      await Promise.resolve();
    },
  };
  const request = { goal, services: services.map(id), requestedMs: harness.atMs };
  void settlement.wait(harness.snapshot, request).then((results) => (asked.results = results));
  settlement.check(harness.snapshot, harness.atMs);
  return asked;
}

const pair = () => new Harness({ id: 'a' }, { id: 'b' });

describe('a start has settled', () => {
  it('when every service runs or rests, with the time that each took, in the order asked for', async () => {
    const harness = pair().start('a', 'b');
    const asked = ask(harness, 'run', 'a', 'b');
    harness.atMs += 30;
    await asked.step(() => harness.launched('b', 201).reported('b', 'started'));
    expect(asked.results).toBeUndefined();
    harness.atMs += 10;
    await asked.step(() => harness.launched('a', 100).reported('a', 'started'));
    expect(asked.results).toEqual([
      { service_id: 'a', state: 'started', pid: 100, elapsed_ms: 40 },
      { service_id: 'b', state: 'started', pid: 201, elapsed_ms: 30 },
    ]);
  });

  it.each([
    ['its launch failed', (harness: Harness) => harness.launchFailed('a'), 'failed', 'SVC_BUILD_FAILED'],
    [
      'it was late',
      (harness: Harness) => harness.launched('a').startTimedOut('a'),
      'failed',
      'SVC_START_TIMEOUT',
    ],
    ['it was stopped', (harness: Harness) => harness.stop('a').ended('a'), 'stopped', 'SVC_EXITED'],
  ])('and has failed, when %s', async (_why, move, state, code) => {
    const harness = pair().start('a');
    const asked = ask(harness, 'run', 'a');
    await asked.step(() => move(harness));
    expect(asked.results).toMatchObject([{ service_id: 'a', state, error: { code } }]);
  });

  it('and one that fails while another is still waited for has failed', async () => {
    const harness = pair().start('a', 'b').launched('a', 100).launched('b', 201).reported('a', 'started');
    const asked = ask(harness, 'run', 'a', 'b');
    await asked.step(() => harness.reported('a', 'failed'));
    await asked.step(() => harness.reported('b', 'started'));
    expect(asked.results).toMatchObject([
      { service_id: 'a', state: 'failed', pid: 100, error: { code: 'SVC_TASK_FAILED' } },
      { service_id: 'b', state: 'started' },
    ]);
  });

  it('and is well, when the service has done its work meanwhile', async () => {
    const harness = pair().start('a').launched('a').reported('a', 'started');
    const asked = ask(harness, 'run', 'a');
    await asked.step(() => harness.ended('a', { exitCode: 0 }));
    expect(asked.results).toMatchObject([{ state: 'started' }]);
  });

  it('by a restart only when the new run stands', async () => {
    const harness = pair().bringUp('a').restart('a');
    const asked = ask(harness, 'run', 'a');
    await asked.step(() => harness.ended('a'));
    expect(asked.results).toBeUndefined();
    await asked.step(() => harness.launched('a', 7).reported('a', 'started'));
    expect(asked.results).toMatchObject([{ state: 'started', pid: 7 }]);
  });
});

describe('a stop has settled', () => {
  it('when the run that was there has ended', async () => {
    const harness = pair().bringUp('a', 'b').stop('a', 'b');
    const asked = ask(harness, 'stop', 'a', 'b');
    await asked.step(() => harness.ended('a'));
    expect(asked.results).toBeUndefined();
    await asked.step(() => harness.ended('b'));
    expect(asked.results).toMatchObject([
      { service_id: 'a', state: 'stopped', pid: null },
      { service_id: 'b', state: 'stopped', pid: null },
    ]);
  });

  it('also when something has started the service again in the meantime', async () => {
    const harness = pair().bringUp('a').stop('a');
    const asked = ask(harness, 'stop', 'a');
    await asked.step(() => harness.start('a').ended('a').launched('a', 9));
    expect(asked.results).toMatchObject([{ service_id: 'a', state: 'stopped', pid: null }]);
  });

  it('at once when nothing runs', async () => {
    const harness = pair();
    const asked = ask(harness, 'stop', 'a', 'b');
    await asked.step(() => harness);
    expect(asked.results).toHaveLength(2);
  });
});

it('nobody waits for a service that does not exist, or for none', async () => {
  const harness = pair();
  const unknown = ask(harness, 'run', 'x');
  const none = ask(harness, 'run');
  await unknown.step(() => harness);
  expect([unknown.results, none.results]).toEqual([[], []]);
});

it('nothing settles before the first check: the runs waited for may be those of an earlier snapshot', async () => {
  const harness = pair().bringUp('a');
  const settlement = new Completion();
  const before = harness.snapshot;
  const settled = settlement.wait(before, { goal: 'stop', services: [id('a')], requestedMs: harness.atMs });
  settlement.check(harness.restart('a').ended('a').launched('a').snapshot, harness.atMs);
  expect(await settled).toMatchObject([{ service_id: 'a', state: 'stopped' }]);
});
