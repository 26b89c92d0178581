import { describe, expect, it } from 'vitest';
import { aliveFirst } from '../../../src/supervision/reconcile.js';
import type { ServiceSnapshot } from '../../../src/supervision/snapshot.js';
import { id, Harness, withService } from '../../helpers/harness.js';

/** A service as the next provider reads it from the journal; its end and its failure start `b`. */
function journaled(patch: Partial<ServiceSnapshot>): Harness {
  const transitions = { on_fail: 'start b', on_exit: 'start b' };
  const harness = new Harness({ id: 'a', transitions }, { id: 'b' });
  harness.start('a').launched('a').reported('a', 'started');
  harness.snapshot = withService(harness.snapshot, 'a', patch);
  return harness;
}

const miss = (harness: Harness, service = 'a', { run } = harness.get(service)) =>
  harness.apply({ type: 'recovered', service: id(service), run, found: undefined });

const find = (harness: Harness, run: number) =>
  harness.apply({
    type: 'recovered',
    service: id('a'),
    run: harness.get('a').run,
    found: { run, pid: 100, runToken: `a/${run}` },
  });

const ENDED = { isAlive: false, pid: undefined } as const;
const BY_COMMAND = { by: 'command', cause: 0 } as const;
const AFTER_FAILURE = { by: 'transition', trigger: 'on_fail', cause: 0 } as const;

type Row = readonly [
  what: string,
  patch: Partial<ServiceSnapshot>,
  expected: Partial<ServiceSnapshot>,
  effects: readonly string[],
];

describe('A service without a process', () => {
  it.each<Row>([
    [
      'fails and fires on_fail if it was started',
      {},
      { status: 'failed', reason: 'died_unattended', lastAction: 'failed' },
      ['report a failed', 'launch b'],
    ],
    [
      'has exited and fires on_exit if it had reported that',
      { reportedEnd: 'exited' },
      { status: 'exited' },
      ['launch b'],
    ],
    [
      'has stopped and fires on_exit if it had reported that',
      { reportedEnd: 'stopped' },
      { status: 'stopped' },
      ['launch b'],
    ],
    [
      'has stopped and fires on_exit if it was stopping',
      { status: 'stopping' },
      { status: 'stopped', lastAction: 'stopped' },
      ['report a stopped', 'launch b'],
    ],
    [
      'is not reported as stopped again if it had reported that while it was stopping',
      { status: 'stopping', reportedEnd: 'stopped' },
      { status: 'stopped' },
      ['launch b'],
    ],
    [
      'fires nothing if it was stopped with its whole transaction',
      { status: 'stopping', triggersSuppressed: true },
      { status: 'stopped' },
      ['report a stopped'],
    ],
    [
      'is launched again without a trigger if it was restarting',
      { status: 'stopping', pendingStart: BY_COMMAND },
      { status: 'starting', run: 2, pendingStart: undefined },
      ['report a stopped', 'launch a'],
    ],
    [
      'is launched again if it was starting',
      { status: 'starting' },
      { status: 'starting', run: 2 },
      ['launch a'],
    ],
    [
      'is launched at once if it was waiting for its back-off',
      { ...ENDED, status: 'backoff' },
      { status: 'starting', run: 2 },
      ['launch a'],
    ],
    [
      'stays failed, without a second report, if its process was alive',
      { status: 'failed', reason: 'error' },
      { status: 'failed', reason: 'error' },
      [],
    ],
    [
      'is launched again if it had failed and a transition had requested a start',
      { status: 'failed', reason: 'error', pendingStart: AFTER_FAILURE },
      { status: 'starting', run: 2 },
      ['launch a'],
    ],
    ['stays failed', { ...ENDED, status: 'failed', reason: 'exit_code' }, { status: 'failed' }, []],
    ['stays given up', { ...ENDED, status: 'failed', reason: 'gave_up' }, { reason: 'gave_up' }, []],
    ['stays stopped', { ...ENDED, status: 'stopped' }, { status: 'stopped' }, []],
    ['stays exited', { ...ENDED, status: 'exited' }, { status: 'exited' }, []],
    ['stays defined', { ...ENDED, status: 'defined', run: 0 }, { status: 'defined', run: 0 }, []],
  ])('%s', (_what, patch, expected, effects) => {
    const harness = miss(journaled(patch));
    expect(harness.get('a')).toMatchObject(expected);
    expect(harness.effectTexts).toEqual(effects);
    if (!effects.includes('launch a')) expect(harness.get('a')).toMatchObject(ENDED);
  });

  it('obeys the restart limit if a transition had requested the start', () => {
    const harness = new Harness({ id: 'a', supervision: { max_restarts: 1 } });
    harness.start('a').launched('a').reported('a', 'started');
    harness.snapshot = withService(harness.snapshot, 'a', {
      status: 'failed',
      reason: 'error',
      restartsMs: [harness.atMs],
      pendingStart: AFTER_FAILURE,
    });
    expect(miss(harness).get('a')).toMatchObject({ status: 'failed', reason: 'gave_up' });
  });

  it('is launched once if the recovery of another service has launched it', () => {
    const harness = journaled({});
    const before = harness.get('b');
    miss(harness);
    expect(harness.get('b')).toMatchObject({ status: 'starting', run: 1 });
    expect(miss(harness, 'b', before).effectTexts).toEqual([]);
    expect(harness.get('b').run).toBe(1);
  });
});

describe('A service whose process is found', () => {
  it.each<Row>([
    ['keeps running', {}, { status: 'started' }, []],
    [
      'gets the start timeout again if it is starting',
      { status: 'starting' },
      { status: 'starting' },
      ['time_start a'],
    ],
    ['is stopped again if it was stopping', { status: 'stopping' }, { status: 'stopping' }, ['stop a']],
    [
      'stays failed if it had reported a failure',
      { status: 'failed', reason: 'error' },
      { status: 'failed', reason: 'error' },
      [],
    ],
    ...(['start_timeout', 'heartbeat', 'limit'] as const).map((reason): Row => [
      `is stopped again if the provider had failed it (${reason})`,
      { status: 'failed', reason },
      { status: 'failed', reason },
      ['stop a'],
    ]),
    [
      'keeps the end that it had reported',
      { reportedEnd: 'exited' },
      { status: 'started', reportedEnd: 'exited' },
      [],
    ],
    [
      'keeps its pending start',
      { status: 'stopping', pendingStart: BY_COMMAND },
      { pendingStart: BY_COMMAND },
      ['stop a'],
    ],
  ])('%s', (_what, patch, expected, effects) => {
    const harness = find(journaled(patch), 1);
    expect(harness.get('a')).toMatchObject({ ...expected, run: 1, pid: 100, isAlive: true });
    expect(harness.effectTexts).toEqual(effects);
  });

  it.each<[string, Partial<ServiceSnapshot>]>([
    ['stopped', { ...ENDED, status: 'stopped', reportedEnd: 'stopped' }],
    ['failed', { ...ENDED, status: 'failed', reason: 'exit_code' }],
    ['waiting for its back-off', { ...ENDED, status: 'backoff' }],
    ['restarting', { status: 'stopping', pendingStart: BY_COMMAND }],
  ])('is starting if its run is newer than the journal, which says it was %s', (_what, patch) => {
    const harness = find(journaled(patch), 2);
    expect(harness.get('a')).toMatchObject({
      status: 'starting',
      run: 2,
      pid: 100,
      isAlive: true,
      reportedEnd: undefined,
      pendingStart: undefined,
      codeHash: undefined,
    });
    expect(harness.effectTexts).toEqual(['time_start a']);
  });
});

describe('aliveFirst', () => {
  it('sorts found services first and keeps the order otherwise', () => {
    const services = new Map(['a', 'b', 'c', 'd'].map((name) => [id(name), name]));
    const found = new Map([['d', 1] as const, ['b', 1] as const].map(([name, run]) => [id(name), run]));
    expect(aliveFirst(services, found).map(([, name]) => name)).toEqual(['b', 'd', 'a', 'c']);
  });
});
