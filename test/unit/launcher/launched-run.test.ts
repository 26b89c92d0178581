import { describe, expect, it } from 'vitest';
import { createDeferred } from '../../../src/base/deferred.js';
import { LaunchedRun, type ExitStatus } from '../../../src/launcher/launched-run.js';
import { SharedTable } from '../../../src/processes/kill-tree.js';
import { ManualClock } from '../../helpers/manual-clock.js';

/** A run without processes; `calls` records what is done to it. */
function openRun({ isThread = false, hasSubscriber = true } = {}) {
  const clock = new ManualClock();
  const calls: string[] = [];
  const exited = createDeferred<ExitStatus>();
  const run = new LaunchedRun({
    ...{ pid: 1000, clock, exited: exited.promise },
    supervision: { stop_timeout_s: 4 },
    members: () => {
      calls.push('sweep');
      return { token: 'a run without processes' };
    },
    table: new SharedTable(),
    ask: () => calls.push('ask directly'),
    ...(isThread ? { terminate: () => calls.push('terminate') } : {}),
    onSwept: () => calls.push('swept'),
  });
  const stop = (atOnce = false) =>
    run.stop(() => {
      calls.push('ask on the bus');
      return hasSubscriber;
    }, atOnce);
  const exit = (exitCode: number) => {
    exited.resolve({ exitCode, signal: undefined });
    return run.ended;
  };
  return { clock, calls, run, stop, exit };
}

const kinds = [
  { kind: 'process', isThread: false, kill: ['sweep'] },
  { kind: 'thread', isThread: true, kill: ['terminate', 'sweep'] },
];

describe.each(kinds)('A stop of a $kind', ({ isThread, kill }) => {
  it('asks on the bus, directly after half of stop_timeout_s, and ends it after all of it', () => {
    const { clock, calls, stop } = openRun({ isThread });
    stop();
    expect(calls).toEqual(['ask on the bus']);
    clock.advance(1999);
    expect(calls).toHaveLength(1);
    clock.advance(1);
    expect(calls).toEqual(['ask on the bus', 'ask directly']);
    clock.advance(1999);
    expect(calls).toHaveLength(2);
    clock.advance(1);
    expect(calls).toEqual(['ask on the bus', 'ask directly', ...kill]);
  });

  it('asks directly at once if it does not subscribe, and ends it after stop_timeout_s', () => {
    const { clock, calls, stop } = openRun({ isThread, hasSubscriber: false });
    stop();
    expect(calls).toEqual(['ask on the bus', 'ask directly']);
    clock.advance(3999);
    expect(calls).toHaveLength(2);
    clock.advance(1);
    expect(calls).toEqual(['ask on the bus', 'ask directly', ...kill]);
  });

  it('does nothing a second time, unless that is to be at once', () => {
    const { clock, calls, stop } = openRun({ isThread });
    stop();
    stop();
    expect(calls).toEqual(['ask on the bus']);
    stop(true);
    expect(calls).toEqual(['ask on the bus', ...kill]);
    clock.advance(10_000);
    expect(calls).toEqual(['ask on the bus', ...kill]);
  });

  it('ends with the run, whose leftovers are ended always', async () => {
    const { clock, calls, stop, exit } = openRun({ isThread });
    stop();
    expect(await exit(3)).toEqual({ exitCode: 3, signal: undefined, killed: [], left: [] });
    clock.advance(10_000);
    expect(calls).toEqual(['ask on the bus', 'sweep', 'swept']);
  });
});

it('A thread that had to be terminated is reported as killed.', async () => {
  const { stop, exit } = openRun({ isThread: true });
  stop(true);
  expect(await exit(1)).toMatchObject({ killed: ['1000 (thread)'] });
});

it('A thread is terminated once, but its processes are searched each time.', async () => {
  const { calls, stop, exit } = openRun({ isThread: true });
  stop(true);
  stop(true);
  expect(calls).toEqual(['terminate', 'sweep', 'sweep']);
  await exit(1);
});
