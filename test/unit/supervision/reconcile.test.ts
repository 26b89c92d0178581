import { describe, expect, it } from 'vitest';
import type { ServiceSnapshot } from '../../../src/supervision/snapshot.js';
import { id, Harness } from '../../helpers/harness.js';

/** As the next provider reads it from the journal: `a` starts `b` with whatever happens to it. */
function journaled(patch: Partial<ServiceSnapshot>): Harness {
  const transitions = { on_fail: 'start b', on_exit: 'start b' };
  const harness = new Harness({ id: 'a', transitions }, { id: 'b' });
  harness.start('a').launched('a').reported('a', 'started');
  const services = new Map(harness.snapshot.services);
  services.set(id('a'), { ...harness.get('a'), ...patch });
  harness.snapshot = { ...harness.snapshot, services };
  return harness;
}

const miss = (harness: Harness, service = 'a', { run } = harness.get(service)) =>
  harness.apply({ type: 'recovered', service: id(service), run, found: undefined });

describe('A service that is not found by the next provider', () => {
  it('has died unattended if it ran; on_fail fires', () => {
    const harness = miss(journaled({}));
    expect(harness.get('a')).toMatchObject({ status: 'failed', reason: 'died_unattended', pid: undefined });
    expect(harness.effectTexts).toEqual(['report a failed', 'launch b']);
  });

  it.each(['exited', 'stopped'] as const)('has %s if it had said so; on_exit fires', (said) => {
    const harness = miss(journaled({ reportedEnd: said }));
    expect(harness.get('a')).toMatchObject({ status: said, isAlive: false });
    expect(harness.effectTexts).toEqual(['launch b']);
  });

  it('has stopped if it was being stopped; on_exit fires', () => {
    const harness = miss(journaled({ status: 'stopping' }));
    expect(harness.get('a').status).toBe('stopped');
    expect(harness.effectTexts).toEqual(['report a stopped', 'launch b']);
  });

  it('has stopped quietly if it was stopped with its whole transaction', () => {
    const harness = miss(journaled({ status: 'stopping', triggersSuppressed: true }));
    expect(harness.effectTexts).toEqual(['report a stopped']);
  });

  it('comes back if it was being restarted; nothing fires', () => {
    const next = { by: 'command', cause: 0 } as const;
    const harness = miss(journaled({ status: 'stopping', pendingStart: next }));
    expect(harness.get('a')).toMatchObject({ status: 'starting', run: 2 });
    expect(harness.effectTexts).toEqual(['report a stopped', 'launch a']);
  });

  it('is launched if it was starting', () => {
    expect(miss(journaled({ status: 'starting' })).effectTexts).toEqual(['launch a']);
  });

  it('is launched once if something else has launched it meanwhile', () => {
    const harness = journaled({});
    const before = harness.get('b');
    miss(harness);
    expect(harness.get('b')).toMatchObject({ status: 'starting', run: 1 });
    expect(miss(harness, 'b', before).effectTexts).toEqual([]);
    expect(harness.get('b').run).toBe(1);
  });
});

describe('A service that is found by the next provider', () => {
  const find = (harness: Harness, run: number) =>
    harness.apply({
      type: 'recovered',
      service: id('a'),
      run: harness.get('a').run,
      found: { run, pid: 100 },
    });

  it('goes on', () => {
    const harness = find(journaled({}), 1);
    expect(harness.get('a')).toMatchObject({ status: 'started', run: 1, pid: 100, isAlive: true });
    expect(harness.effectTexts).toEqual([]);
  });

  it('is starting if the journal does not know its run yet', () => {
    const harness = find(journaled({ status: 'failed', isAlive: false, pid: undefined }), 2);
    expect(harness.get('a')).toMatchObject({ status: 'starting', run: 2, pid: 100, isAlive: true });
    expect(harness.effectTexts).toEqual(['time_start a']);
  });

  it('is stopped if it was being stopped', () => {
    expect(find(journaled({ status: 'stopping' }), 1).effectTexts).toEqual(['stop a']);
  });
});
