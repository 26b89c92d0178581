import { describe, expect, it } from 'vitest';
import type { ServiceSnapshot } from '../../../src/supervision/snapshot.js';
import { id, Stage } from '../../helpers/harness.js';

/** As the next provider reads it from the journal: `a` starts `b` with whatever happens to it. */
function journaled(patch: Partial<ServiceSnapshot>): Stage {
  const transitions = { on_fail: 'start b', on_exit: 'start b' };
  const stage = new Stage({ id: 'a', transitions }, { id: 'b' });
  stage.start('a').launched('a').reported('a', 'started');
  const services = new Map(stage.snapshot.services);
  services.set(id('a'), { ...stage.get('a'), ...patch });
  stage.snapshot = { ...stage.snapshot, services };
  return stage;
}

const miss = (stage: Stage, service = 'a', { run } = stage.get(service)) =>
  stage.apply({ type: 'recovered', service: id(service), run, found: undefined });

describe('A service that is not found by the next provider', () => {
  it('has died unattended if it ran; on_fail fires', () => {
    const stage = miss(journaled({}));
    expect(stage.get('a')).toMatchObject({ status: 'failed', reason: 'died_unattended', pid: undefined });
    expect(stage.done).toEqual(['report a failed', 'launch b']);
  });

  it.each(['exited', 'stopped'] as const)('has %s if it had said so; on_exit fires', (said) => {
    const stage = miss(journaled({ reportedEnd: said }));
    expect(stage.get('a')).toMatchObject({ status: said, isAlive: false });
    expect(stage.done).toEqual(['launch b']);
  });

  it('has stopped if it was being stopped; on_exit fires', () => {
    const stage = miss(journaled({ status: 'stopping' }));
    expect(stage.get('a').status).toBe('stopped');
    expect(stage.done).toEqual(['report a stopped', 'launch b']);
  });

  it('has stopped quietly if it was stopped with its whole transaction', () => {
    const stage = miss(journaled({ status: 'stopping', triggersSuppressed: true }));
    expect(stage.done).toEqual(['report a stopped']);
  });

  it('comes back if it was being restarted; nothing fires', () => {
    const next = { by: 'command', cause: 0 } as const;
    const stage = miss(journaled({ status: 'stopping', pendingStart: next }));
    expect(stage.get('a')).toMatchObject({ status: 'starting', run: 2 });
    expect(stage.done).toEqual(['report a stopped', 'launch a']);
  });

  it('is launched if it was starting', () => {
    expect(miss(journaled({ status: 'starting' })).done).toEqual(['launch a']);
  });

  it('is launched once if something else has launched it meanwhile', () => {
    const stage = journaled({});
    const before = stage.get('b');
    miss(stage);
    expect(stage.get('b')).toMatchObject({ status: 'starting', run: 1 });
    expect(miss(stage, 'b', before).done).toEqual([]);
    expect(stage.get('b').run).toBe(1);
  });
});

describe('A service that is found by the next provider', () => {
  const find = (stage: Stage, run: number) =>
    stage.apply({ type: 'recovered', service: id('a'), run: stage.get('a').run, found: { run, pid: 100 } });

  it('goes on', () => {
    const stage = find(journaled({}), 1);
    expect(stage.get('a')).toMatchObject({ status: 'started', run: 1, pid: 100, isAlive: true });
    expect(stage.done).toEqual([]);
  });

  it('is starting if the journal does not know its run yet', () => {
    const stage = find(journaled({ status: 'failed', isAlive: false, pid: undefined }), 2);
    expect(stage.get('a')).toMatchObject({ status: 'starting', run: 2, pid: 100, isAlive: true });
    expect(stage.done).toEqual(['time_start a']);
  });

  it('is stopped if it was being stopped', () => {
    expect(find(journaled({ status: 'stopping' }), 1).done).toEqual(['stop a']);
  });
});
