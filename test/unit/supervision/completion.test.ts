import { describe, expect, it } from 'vitest';
import type { ServiceResult } from '../../../src/messages/state.js';
import { Completion, type Wanted } from '../../../src/supervision/completion.js';
import { id, Stage } from '../../helpers/harness.js';

/** Asks, and tells what has settled after each move. */
function ask(stage: Stage, wanted: Wanted, ...services: string[]) {
  const settlement = new Completion();
  const asked: { results: readonly ServiceResult[] | undefined; step: (move: () => Stage) => Promise<void> } =
    {
      results: undefined,
      step: async (move) => {
        settlement.check(move().snapshot, stage.atMs);
        await Promise.resolve();
        await Promise.resolve();
      },
    };
  const request = { wanted, services: services.map(id), askedMs: stage.atMs };
  void settlement.wait(stage.snapshot, request).then((results) => (asked.results = results));
  settlement.check(stage.snapshot, stage.atMs);
  return asked;
}

const pair = () => new Stage({ id: 'a' }, { id: 'b' });

describe('a start has settled', () => {
  it('when every service runs or rests, with the time that each took, in the order asked for', async () => {
    const stage = pair().start('a', 'b');
    const asked = ask(stage, 'run', 'a', 'b');
    stage.atMs += 30;
    await asked.step(() => stage.launched('b', 201).reported('b', 'started'));
    expect(asked.results).toBeUndefined();
    stage.atMs += 10;
    await asked.step(() => stage.launched('a', 100).reported('a', 'started'));
    expect(asked.results).toEqual([
      { service_id: 'a', state: 'started', pid: 100, elapsed_ms: 40 },
      { service_id: 'b', state: 'started', pid: 201, elapsed_ms: 30 },
    ]);
  });

  it.each([
    ['its launch failed', (stage: Stage) => stage.launchFailed('a'), 'failed', 'SVC_BUILD_FAILED'],
    ['it was late', (stage: Stage) => stage.launched('a').startTimedOut('a'), 'failed', 'SVC_START_TIMEOUT'],
    ['it was stopped', (stage: Stage) => stage.stop('a').ended('a'), 'stopped', 'SVC_EXITED'],
  ])('and has failed, when %s', async (_why, move, state, code) => {
    const stage = pair().start('a');
    const asked = ask(stage, 'run', 'a');
    await asked.step(() => move(stage));
    expect(asked.results).toMatchObject([{ service_id: 'a', state, error: { code } }]);
  });

  it('and one that fails while another is still waited for has failed', async () => {
    const stage = pair().start('a', 'b').launched('a', 100).launched('b', 201).reported('a', 'started');
    const asked = ask(stage, 'run', 'a', 'b');
    await asked.step(() => stage.reported('a', 'failed'));
    await asked.step(() => stage.reported('b', 'started'));
    expect(asked.results).toMatchObject([
      { service_id: 'a', state: 'failed', pid: 100, error: { code: 'SVC_TASK_FAILED' } },
      { service_id: 'b', state: 'started' },
    ]);
  });

  it('and is well, when the service has done its work meanwhile', async () => {
    const stage = pair().start('a').launched('a').reported('a', 'started');
    const asked = ask(stage, 'run', 'a');
    await asked.step(() => stage.ended('a', { exitCode: 0 }));
    expect(asked.results).toMatchObject([{ state: 'started' }]);
  });

  it('by a restart only when the new run stands', async () => {
    const stage = pair().up('a').restart('a');
    const asked = ask(stage, 'run', 'a');
    await asked.step(() => stage.ended('a'));
    expect(asked.results).toBeUndefined();
    await asked.step(() => stage.launched('a', 7).reported('a', 'started'));
    expect(asked.results).toMatchObject([{ state: 'started', pid: 7 }]);
  });
});

describe('a stop has settled', () => {
  it('when the run that was there has ended', async () => {
    const stage = pair().up('a', 'b').stop('a', 'b');
    const asked = ask(stage, 'stop', 'a', 'b');
    await asked.step(() => stage.ended('a'));
    expect(asked.results).toBeUndefined();
    await asked.step(() => stage.ended('b'));
    expect(asked.results).toMatchObject([
      { service_id: 'a', state: 'stopped', pid: null },
      { service_id: 'b', state: 'stopped', pid: null },
    ]);
  });

  it('also when something has started the service again in the meantime', async () => {
    const stage = pair().up('a').stop('a');
    const asked = ask(stage, 'stop', 'a');
    await asked.step(() => stage.start('a').ended('a').launched('a', 9));
    expect(asked.results).toMatchObject([{ service_id: 'a', state: 'stopped', pid: null }]);
  });

  it('at once when nothing runs', async () => {
    const stage = pair();
    const asked = ask(stage, 'stop', 'a', 'b');
    await asked.step(() => stage);
    expect(asked.results).toHaveLength(2);
  });
});

it('nobody waits for a service that does not exist, or for none', async () => {
  const stage = pair();
  const unknown = ask(stage, 'run', 'x');
  const none = ask(stage, 'run');
  await unknown.step(() => stage);
  expect([unknown.results, none.results]).toEqual([[], []]);
});

it('nothing settles before the first check: the runs waited for may be those of an earlier snapshot', async () => {
  const stage = pair().up('a');
  const settlement = new Completion();
  const before = stage.snapshot;
  const settled = settlement.wait(before, { wanted: 'stop', services: [id('a')], askedMs: stage.atMs });
  settlement.check(stage.restart('a').ended('a').launched('a').snapshot, stage.atMs);
  expect(await settled).toMatchObject([{ service_id: 'a', state: 'stopped' }]);
});
