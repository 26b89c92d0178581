import { describe, expect, it } from 'vitest';
import type { ServiceResult } from '../../../src/messages/state.js';
import { Completion, type CompletionGoal } from '../../../src/supervision/completion.js';
import { id, Harness } from '../../helpers/harness.js';

/** Waits for services; `results` is set when the wait has ended. */
function wait(harness: Harness, goal: CompletionGoal, ...services: string[]) {
  const completion = new Completion();
  const waiting: {
    results: readonly ServiceResult[] | undefined;
    step: (move: () => Harness) => Promise<void>;
  } = {
    results: undefined,
    step: async (move) => {
      completion.check(move().snapshot, harness.atMs);
      await Promise.resolve();
      await Promise.resolve();
    },
  };
  const request = { goal, services: services.map(id), requestedMs: harness.atMs };
  void completion.wait(harness.snapshot, request).then((results) => (waiting.results = results));
  completion.check(harness.snapshot, harness.atMs);
  return waiting;
}

const pair = () => new Harness({ id: 'a' }, { id: 'b' });

describe('A start is complete', () => {
  it('when each service runs or has ended; the results have the order of the request', async () => {
    const harness = pair().start('a', 'b');
    const waiting = wait(harness, 'run', 'a', 'b');
    harness.atMs += 30;
    await waiting.step(() => harness.launched('b', 201).reported('b', 'started'));
    expect(waiting.results).toBeUndefined();
    harness.atMs += 10;
    await waiting.step(() => harness.launched('a', 100).reported('a', 'started'));
    expect(waiting.results).toEqual([
      { service_id: 'a', state: 'started', pid: 100, elapsed_ms: 40 },
      { service_id: 'b', state: 'started', pid: 201, elapsed_ms: 30 },
    ]);
  });

  it.each([
    ['the launch fails', (harness: Harness) => harness.launchFailed('a'), 'failed', 'SVC_BUILD_FAILED'],
    [
      'it times out',
      (harness: Harness) => harness.launched('a').startTimedOut('a'),
      'failed',
      'SVC_START_TIMEOUT',
    ],
    ['the service is stopped', (harness: Harness) => harness.stop('a').ended('a'), 'stopped', 'SVC_EXITED'],
  ])('with an error when %s', async (_why, move, state, code) => {
    const harness = pair().start('a');
    const waiting = wait(harness, 'run', 'a');
    await waiting.step(() => move(harness));
    expect(waiting.results).toMatchObject([{ service_id: 'a', state, error: { code } }]);
  });

  it('with an error for a service that fails while another one is pending', async () => {
    const harness = pair().start('a', 'b').launched('a', 100).launched('b', 201).reported('a', 'started');
    const waiting = wait(harness, 'run', 'a', 'b');
    await waiting.step(() => harness.reported('a', 'failed'));
    await waiting.step(() => harness.reported('b', 'started'));
    expect(waiting.results).toMatchObject([
      { service_id: 'a', state: 'failed', pid: 100, error: { code: 'SVC_TASK_FAILED' } },
      { service_id: 'b', state: 'started' },
    ]);
  });

  it('without an error when the service has exited since', async () => {
    const harness = pair().start('a').launched('a').reported('a', 'started');
    const waiting = wait(harness, 'run', 'a');
    await waiting.step(() => harness.ended('a', { exitCode: 0 }));
    expect(waiting.results).toMatchObject([{ state: 'started' }]);
  });

  it('after a restart only when the new run has started', async () => {
    const harness = pair().bringUp('a').restart('a');
    const waiting = wait(harness, 'run', 'a');
    await waiting.step(() => harness.ended('a'));
    expect(waiting.results).toBeUndefined();
    await waiting.step(() => harness.launched('a', 7).reported('a', 'started'));
    expect(waiting.results).toMatchObject([{ state: 'started', pid: 7 }]);
  });
});

describe('A stop is complete', () => {
  it('when the run at the time of the request has ended', async () => {
    const harness = pair().bringUp('a', 'b').stop('a', 'b');
    const waiting = wait(harness, 'stop', 'a', 'b');
    await waiting.step(() => harness.ended('a'));
    expect(waiting.results).toBeUndefined();
    await waiting.step(() => harness.ended('b'));
    expect(waiting.results).toMatchObject([
      { service_id: 'a', state: 'stopped', pid: null },
      { service_id: 'b', state: 'stopped', pid: null },
    ]);
  });

  it('also when the service has been started again since', async () => {
    const harness = pair().bringUp('a').stop('a');
    const waiting = wait(harness, 'stop', 'a');
    await waiting.step(() => harness.start('a').ended('a').launched('a', 9));
    expect(waiting.results).toMatchObject([{ service_id: 'a', state: 'stopped', pid: null }]);
  });

  it('at once when no service runs', async () => {
    const harness = pair();
    const waiting = wait(harness, 'stop', 'a', 'b');
    await waiting.step(() => harness);
    expect(waiting.results).toHaveLength(2);
  });
});

it('Unknown services and empty requests complete at once.', async () => {
  const harness = pair();
  const unknown = wait(harness, 'run', 'x');
  const none = wait(harness, 'run');
  await unknown.step(() => harness);
  expect([unknown.results, none.results]).toEqual([[], []]);
});

it('Nothing completes before the first check: the request may refer to an earlier snapshot.', async () => {
  const harness = pair().bringUp('a');
  const completion = new Completion();
  const before = harness.snapshot;
  const results = completion.wait(before, { goal: 'stop', services: [id('a')], requestedMs: harness.atMs });
  completion.check(harness.restart('a').ended('a').launched('a').snapshot, harness.atMs);
  expect(await results).toMatchObject([{ service_id: 'a', state: 'stopped' }]);
});
