import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventAction } from '../../src/messages/service-event.js';
import { supervisionOf, TRANSITION_ACTIONS, TRIGGERS, type TaskService } from '../../src/model/context.js';
import type { ServiceSnapshot } from '../../src/supervision/snapshot.js';
import { defineTask, id } from '../helpers/harness.js';
import { Judge } from './transition-invariants.js';
import { World, type WorldProcess } from './transition-world.js';

const IDS = ['a', 'b', 'c', 'd'];
const RUNS = 10_000;
const STATUSES = ['defined', 'starting', 'started', 'stopping', 'stopped', 'exited', 'backoff'];
/** Of services that have failed, also while they are in back-off. */
const REASONS = ['error', 'exit_code', 'signal', 'launch', 'start_timeout', 'limit', 'gave_up'];

const targets = fc.subarray(IDS, { minLength: 1, maxLength: 2 });
const rules = fc.dictionary(
  fc.constantFrom(...TRIGGERS),
  fc.tuple(fc.constantFrom(...TRANSITION_ACTIONS), targets).map(([action, to]) => [action, ...to].join(' ')),
  { maxKeys: 3 },
);
const supervision = fc.record({
  max_restarts: fc.integer({ min: 0, max: 3 }),
  restart_window_s: fc.constantFrom(5, 20, 60),
  backoff_s: fc.constantFrom(0, 0.1, 1),
  backoff_max_s: fc.constantFrom(1, 4),
  backoff_reset_s: fc.constantFrom(1, 30, 60),
  start_timeout_s: fc.constantFrom(1, 10),
  restart: fc.constantFrom('never', 'never', 'on-failure', 'always'),
});
const services = fc
  .tuple(...IDS.map(() => fc.tuple(rules, supervision)))
  .map((parts) =>
    parts.map(([transitions, each], index) =>
      defineTask({ id: IDS[index]!, transitions, supervision: each }),
    ),
  );

const some = fc.subarray(IDS, { minLength: 1 });
/** The affected process, and a random value. */
const who = { pick: fc.nat(7), random: fc.constantFrom(0, 0.5, 0.99) };
const happening = fc.oneof(
  { weight: 2, arbitrary: fc.record({ what: fc.constant('start'), some }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('restart'), some }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('stop'), some }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('stop_all') }) },
  { weight: 6, arbitrary: fc.record({ what: fc.constant('launch'), isWell: moreOften(true), ...who }) },
  {
    weight: 8,
    arbitrary: fc.record({
      what: fc.constant('say'),
      action: fc.constantFrom<EventAction[]>('created', 'started', 'started', 'updated', 'failed'),
      ...who,
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('say_end'), ...who }) },
  { weight: 9, arbitrary: fc.record({ what: fc.constant('deliver'), isLost: moreOften(false), ...who }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('end'), code: fc.constantFrom(0, 1, 3), ...who }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('kill'), ...who }) },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('exceed'),
      event: fc.constantFrom<('failed' | 'updated')[]>('failed', 'updated'),
      ...who,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constant('pass'), ms: fc.constantFrom(50, 800, 9_000, 70_000), ...who }),
  },
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

function moreOften(value: boolean): fc.Arbitrary<boolean> {
  return fc.constantFrom(value, value, value, !value);
}

/** Performs one step; does nothing if there is no suitable process. */
function happen(world: World, each: Happening): void {
  const pick = (from: readonly WorldProcess[]) =>
    'pick' in each ? from[each.pick % from.length] : undefined;
  const living = world.present().filter(({ phase }) => phase === 'living');
  const random = 'random' in each ? each.random : 0;
  switch (each.what) {
    case 'start':
    case 'restart':
      return world.apply({
        type: 'run_requested',
        action: each.what,
        services: each.some.map(id),
        cause: 'm',
      });
    case 'stop':
      return world.apply({
        type: 'stop_requested',
        isWholeTransaction: false,
        services: each.some.map(id),
        cause: 'm',
      });
    case 'stop_all':
      return world.apply({
        type: 'stop_requested',
        isWholeTransaction: true,
        services: IDS.map(id),
        cause: 'm',
      });
    case 'pass':
      return world.pass(each.ms, random);
    case 'launch':
      return withOne(pick(world.present().filter(({ phase }) => phase === 'pending')), (one) =>
        world.finishLaunch(one, each.isWell, random),
      );
    case 'say':
      return withOne(pick(living), (one) => world.say(one, each.action));
    case 'say_end':
      return withOne(pick(living), (one) => world.say(one, one.isAskedToStop ? 'stopped' : 'exited'));
    case 'deliver':
      return withOne(pick(world.processes.filter(({ underWay }) => underWay.length > 0)), (one) =>
        world.deliver(one, each.isLost, random),
      );
    case 'end':
      return withOne(pick(living), (one) => world.end(one, { exitCode: each.code }, random));
    case 'exceed':
      return withOne(pick(living), (one) => world.exceed(one, each.event, random));
    case 'kill':
      return withOne(pick(living), (one) => world.end(one, { signal: 'SIGKILL' }, random));
  }
}

function withOne(one: WorldProcess | undefined, act: (one: WorldProcess) => void): void {
  if (one !== undefined) act(one);
}

/** All processes behave as expected until there is nothing left to do. */
function comeToRest(world: World): void {
  for (let step = 0; step < 2000; step += 1) {
    const pending = world.present().find(({ phase }) => phase === 'pending');
    const reporting = world.processes.find(({ underWay }) => underWay.length > 0);
    const leaving = world.present().find(({ isAskedToStop }) => isAskedToStop);
    const silent = world.present().find(({ isReady }) => !isReady);
    if (pending !== undefined) world.finishLaunch(pending, !pending.isAskedToStop);
    else if (reporting !== undefined) world.deliver(reporting, false);
    else if (leaving !== undefined) world.end(leaving, { exitCode: 0 });
    else if (silent !== undefined) world.say(silent, 'started');
    else if (world.nextTimerMs !== undefined) world.pass(world.nextTimerMs - world.atMs);
    else return;
  }
  throw new Error('it comes to no rest');
}

/** Has ended although its restart policy starts it again. */
function isForgotten({ definition, status, reason, triggersSuppressed }: ServiceSnapshot): boolean {
  const { restart } = supervisionOf(definition);
  if (restart === 'never' || reason === 'gave_up' || triggersSuppressed) return false;
  return status === 'failed' || (status === 'exited' && restart === 'always');
}

/** Situations that occurred in all runs, to ensure that the properties were tested. */
const seen = new Set<string>();

function play(definitions: readonly TaskService[], happenings: readonly Happening[]): World {
  const judge = new Judge(() => world);
  const world: World = new World(definitions, (event, before, step) => {
    for (const { status, reason } of step.snapshot.services.values()) seen.add(reason ?? status);
    judge.judge(event, before, step);
  });
  for (const each of happenings) happen(world, each);
  return world;
}

const stories = fc.array(happening, { minLength: 5, maxLength: 60, size: 'max' });

describe('for any commands, reports, losses and kills', () => {
  it('no service is stopped and running, runs twice, fires twice or restarts too often', () => {
    fc.assert(
      fc.property(services, stories, (definitions, happenings) => {
        const world = play(definitions, happenings);
        comeToRest(world);
        const statuses = [...world.snapshot.services.values()].map(({ status }) => status);
        expect(
          ['starting', 'stopping', 'backoff'].filter((each) => statuses.includes(each as never)),
        ).toEqual([]);
        expect([...world.snapshot.services.values()].filter(isForgotten)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
    expect([...seen].sort()).toEqual([...STATUSES, ...REASONS].sort());
  });

  it('a stopped transaction has no process at the end and fires nothing', () => {
    fc.assert(
      fc.property(services, stories, (definitions, happenings) => {
        const world = play(definitions, happenings);
        const before = world.snapshot.records;
        world.apply({ type: 'stop_requested', isWholeTransaction: true, services: IDS.map(id), cause: 'm' });
        const launches = world.processes.length;
        comeToRest(world);
        expect(world.present()).toEqual([]);
        expect(world.processes.length).toBe(launches);
        expect(world.snapshot.records).toBeGreaterThan(before);
      }),
      { numRuns: RUNS / 5 },
    );
  });
});
