import { describe, expect, it } from 'vitest';
import { describeRecord } from '../../../src/messages/history.js';
import { Harness } from '../../helpers/harness.js';

const ALL = {
  on_start: 'start b',
  on_update: 'start b',
  on_fail: 'start b',
  on_exit: 'start b',
};
const watched = () => new Harness({ id: 'a', transitions: ALL }, { id: 'b' });
const up = () => watched().start('a').launched('a').reported('a', 'started').stop('b');
const starting = () => watched().start('a').launched('a');

describe('Each event fires its trigger exactly once:', () => {
  it.each([
    ['started', 'on_start', starting().reported('a', 'started')],
    ['updated', 'on_update', up().reported('a', 'updated')],
    ['failed, in its own words', 'on_fail', up().reported('a', 'failed')],
    ['failed, by its exit code', 'on_fail', up().ended('a', { exitCode: 3 })],
    ['failed, by a signal', 'on_fail', up().ended('a', { signal: 'SIGSEGV' })],
    ['failed, as it could not be launched', 'on_fail', watched().start('a').launchFailed('a')],
    ['failed, as it was not ready in time', 'on_fail', starting().startTimedOut('a')],
    ['exited', 'on_exit', up().ended('a', { exitCode: 0 })],
    ['exited, in its own words', 'on_exit', up().reported('a', 'exited').ended('a', { exitCode: 0 })],
    ['stopped', 'on_exit', up().stop('a').ended('a', { exitCode: 0 })],
    ['stopped, in its own words', 'on_exit', up().stop('a').reported('a', 'stopped').ended('a')],
    ['stopped by itself', 'on_exit', up().reported('a', 'stopped').ended('a', { exitCode: 0 })],
  ])('%s fires %s', (_event, trigger, harness) => {
    const [text, ...more] = harness.fired;
    expect(text?.replace(/ \(.*/, '')).toBe(`${trigger}: start b`);
    expect(more).toEqual([]);
  });

  it.each([
    ['the last words of a service whose process is still there', up().reported('a', 'exited')],
    [
      'the end of a process whose failure was reported',
      up().reported('a', 'failed').ended('a', { exitCode: 1 }),
    ],
    ['the end of a process that was late', starting().startTimedOut('a').ended('a', { signal: 'SIGKILL' })],
    [
      'a late `started` of a service that is being killed',
      starting().startTimedOut('a').reported('a', 'started'),
    ],
    ['an update while it is being stopped', up().stop('a').reported('a', 'updated')],
    ['a failure while it is being stopped', up().stop('a').reported('a', 'failed')],
    ['created', starting().reported('a', 'created')],
    ['being launched', watched().start('a').launched('a')],
    ['the stop half of a restart', up().restart('a').ended('a', { exitCode: 0 })],
    ['the stop half of a restart, in its own words', up().restart('a').reported('a', 'stopped').ended('a')],
  ])('%s fires nothing', (_event, harness) => {
    expect(harness.fired).toEqual([]);
  });

  it('an update fires each time', () => {
    const harness = up();
    expect([1, 2, 3].flatMap(() => harness.reported('a', 'updated').fired)).toHaveLength(3);
  });
});

describe('A transition', () => {
  const pair = (rule: string) => new Harness({ id: 'a', transitions: { on_update: rule } }, { id: 'b' });
  const fire = (harness: Harness) => harness.reported('a', 'updated');

  it.each([
    ['start', 'defined', pair('start b').bringUp('a'), ['launch b']],
    ['start', 'stopped', pair('start b').bringUp('a', 'b').stop('b').ended('b'), ['launch b']],
    ['start', 'failed and alive', pair('start b').bringUp('a', 'b').reported('b', 'failed'), ['stop b']],
    ['stop', 'started', pair('stop b').bringUp('a', 'b'), ['stop b']],
    ['stop', 'starting', pair('stop b').bringUp('a').start('b'), ['stop b']],
    ['restart', 'started', pair('restart b').bringUp('a', 'b'), ['stop b']],
    ['restart', 'defined', pair('restart b').bringUp('a'), ['launch b']],
  ])('%s changes a service that is %s', (action, _status, harness, effects) => {
    expect(fire(harness).effectTexts).toEqual(effects);
    expect(harness.fired).toEqual([`on_update: ${action} b`]);
  });

  it.each([
    ['start', 'started', pair('start b').bringUp('a', 'b')],
    ['start', 'starting', pair('start b').bringUp('a').start('b')],
    ['stop', 'defined', pair('stop b').bringUp('a')],
    ['stop', 'exited', pair('stop b').bringUp('a', 'b').ended('b', { exitCode: 0 })],
    ['stop', 'failed', pair('stop b').bringUp('a', 'b').ended('b', { exitCode: 1 })],
  ])('%s does nothing to a service that is %s and is recorded', (action, status, harness) => {
    const before = harness.get('b');
    expect(fire(harness).effectTexts).toEqual([]);
    expect(harness.fired).toEqual([`on_update: ${action} b (already ${status})`]);
    expect(harness.get('b')).toEqual(before);
  });

  it('start of a service that is stopping is queued, not lost', () => {
    const harness = fire(pair('start b').bringUp('a', 'b').stop('b'));
    expect(harness.effectTexts).toEqual([]);
    expect(harness.ended('b').effectTexts).toEqual(['report b stopped', 'launch b']);
  });

  it('stop cancels a pending start', () => {
    const harness = fire(pair('stop b').bringUp('a', 'b').restart('b'));
    expect(harness.ended('b').effectTexts).toEqual(['report b stopped']);
    expect(harness.get('b').status).toBe('stopped');
  });

  it('does not replace a pending start by command', () => {
    const limited = { max_restarts: 0 };
    const harness = new Harness(
      { id: 'a', transitions: { on_update: 'restart b' } },
      { id: 'b', supervision: limited },
    );
    fire(harness.bringUp('a', 'b').restart('b'));
    expect(harness.ended('b').effectTexts).toEqual(['report b stopped', 'launch b']);
  });

  it('calls several services in order and records each', () => {
    const harness = new Harness(
      { id: 'a', transitions: { on_start: 'start c b' } },
      { id: 'b' },
      { id: 'c' },
    );
    harness.start('a').launched('a').reported('a', 'started');
    expect(harness.effectTexts).toEqual(['launch c', 'launch b']);
    expect(harness.fired).toEqual(['on_start: start c', 'on_start: start b']);
  });

  it('may call the service itself', () => {
    const harness = new Harness({ id: 'a', transitions: { on_exit: 'start a' } }).bringUp('a');
    expect(harness.ended('a', { exitCode: 0 }).effectTexts).toEqual(['report a exited', 'launch a']);
  });

  it('can lead to another one', () => {
    const harness = new Harness(
      { id: 'a', transitions: { on_exit: 'start b' } },
      { id: 'b', transitions: { on_start: 'start c' } },
      { id: 'c' },
    );
    harness.bringUp('a').ended('a', { exitCode: 0 });
    expect(harness.launched('b').reported('b', 'started').effectTexts).toEqual(['launch c']);
  });
});

describe('While a whole transaction is being stopped', () => {
  const ring = () =>
    new Harness(
      { id: 'a', transitions: { ...ALL } },
      { id: 'b', transitions: { on_exit: 'start a', on_fail: 'restart a' } },
      { id: 'c', transitions: { on_fail: 'start c', on_exit: 'start a' } },
    );

  it('no end of a service fires a trigger', () => {
    const harness = ring().bringUp('a', 'b', 'c').stopAll();
    expect(harness.effectTexts).toEqual(['stop a', 'stop b', 'stop c']);
    harness.reported('a', 'failed').reported('b', 'stopped');
    const fired = [harness.fired];
    for (const [each, end] of [
      ['a', { exitCode: 1 }],
      ['b', { exitCode: 0 }],
      ['c', { signal: 'SIGKILL' }],
    ] as const) {
      fired.push(harness.ended(each, end).fired);
    }
    expect(fired.flat()).toEqual([]);
    expect(harness.statuses).toEqual({ a: 'stopped', b: 'stopped', c: 'stopped' });
  });

  it('a service in back-off stops without a trigger', () => {
    const harness = ring().bringUp('c').ended('c', { exitCode: 1 }).launched('c').ended('c', { exitCode: 1 });
    expect(harness.get('c').status).toBe('backoff');
    expect(harness.stopAll().fired).toEqual([]);
    expect(harness.statuses).toEqual({ a: 'defined', b: 'defined', c: 'stopped' });
    expect(harness.backoffOver('c').effects).toEqual([]);
  });

  it('no trigger fires when one service is started before the others have ended', () => {
    const harness = ring().bringUp('a', 'b').stopAll();
    harness.ended('a').start('a');
    expect(harness.effectTexts).toEqual(['launch a']);
    expect(harness.ended('b', { exitCode: 0 }).fired).toEqual([]);
  });

  it('triggers fire again after the next start', () => {
    const harness = ring().bringUp('b').stopAll().ended('b').bringUp('b');
    expect(harness.ended('b', { exitCode: 0 }).fired).toEqual(['on_exit: start a']);
  });
});

describe('Records form a chain of causes', () => {
  it('from the present state back to a command', () => {
    const harness = new Harness({ id: 'a', transitions: { on_exit: 'start b' } }, { id: 'b' });
    harness.bringUp('a').ended('a', { exitCode: 0 }).launched('b').reported('b', 'started');
    const texts: string[] = [];
    let at = harness.records.find((each) => each.id === harness.get('b').cause);
    while (at !== undefined) {
      texts.push(`${at.kind} ${at.service ?? '-'} ${describeRecord(at)}`);
      const { cause } = at;
      at = harness.records.find((each) => each.id === cause);
    }
    expect(texts).toEqual([
      'event b started',
      'effect b launch',
      'transition a on_exit: start b',
      'event a exited',
      'event a started',
      'effect a launch',
      'command - start (m1)',
    ]);
  });

  it('numbered from 1 without a gap, each later than its cause', () => {
    const harness = up().reported('a', 'failed').restart('a').ended('a').stopAll();
    expect(harness.records.map((each) => each.id)).toEqual(harness.records.map((_, index) => index + 1));
    expect(harness.records.filter((each) => each.cause >= each.id)).toEqual([]);
    expect(harness.records.filter((each) => each.cause === 0).map((each) => each.kind)).toEqual(
      Array.from({ length: 4 }, () => 'command'),
    );
    expect(harness.snapshot.records).toBe(harness.records.length);
  });
});

describe('Records are data', () => {
  it('with service, trigger, target and outcome', () => {
    const harness = new Harness({ id: 'a', transitions: { on_exit: 'start b' } }, { id: 'b' });
    harness.bringUp('b').bringUp('a').ended('a', { exitCode: 0 });
    expect(harness.records.at(-1)).toMatchObject({
      ...{ kind: 'transition', service: 'a', trigger: 'on_exit', action: 'start', target: 'b' },
      outcome: 'started',
    });
    expect(harness.records.filter((each) => each.text !== undefined)).toEqual([]);
  });

  it('with the reason of a failure', () => {
    const harness = new Harness({ id: 'a' }).bringUp('a').ended('a', { exitCode: 3 });
    expect(harness.records.at(-1)).toMatchObject({
      ...{ kind: 'event', service: 'a', action: 'failed', reason: 'exit_code' },
      message: 'a ended with exit code 3',
    });
  });
});
