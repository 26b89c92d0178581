import { describe, expect, it } from 'vitest';
import { defineService, LoopedTask } from '../../../src/task/index.js';
import { createLifecycle } from '../../helpers/task.js';

describe('a looped task', () => {
  it('steps again and again until it is stopped, and finishes the step it is in', async () => {
    const life = createLifecycle();
    class Counting extends LoopedTask {
      steps = 0;
      override step(): Promise<void> {
        this.steps += 1;
        if (this.steps === 3) life.lifecycle.stop();
        this.notify('updated', { steps: this.steps });
        return Promise.resolve();
      }
    }
    expect(await life.lifecycle.run(defineService({ task: Counting }))).toEqual({ kind: 'stopped' });
    expect(life.calls).toEqual(['started', ...[1, 2, 3].map((steps) => `updated {"steps":${steps}}`)]);
  });

  it('lets others have their turn, even when its step awaits nothing', async () => {
    const life = createLifecycle();
    class Busy extends LoopedTask {
      override step = () => Promise.resolve();
    }
    const running = life.lifecycle.run(defineService({ task: Busy }));
    setImmediate(() => life.lifecycle.stop());
    expect(await running).toEqual({ kind: 'stopped' });
  });

  it('does not step at all when it is stopped while it starts', async () => {
    const life = createLifecycle();
    class Late extends LoopedTask {
      override onStart = () => life.lifecycle.stop();
      override step = () => Promise.reject(new Error('stepped'));
    }
    expect(await life.lifecycle.run(defineService({ task: Late }))).toEqual({ kind: 'stopped' });
  });
});
