import { stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createDeferred } from '../../../src/base/deferred.js';
import { ContextdError } from '../../../src/base/errors.js';
import {
  defineService,
  SingleTask,
  type ServiceEvent,
  type TaskConfiguration,
  type TaskContext,
} from '../../../src/task/index.js';
import { createLifecycle } from '../../helpers/task.js';

type Hook = 'constructor' | 'onStart' | 'run' | 'onStop';
const hooks: string[] = [];

/** Creates a task that records its hooks and calls `act` in one of them. */
function taskThat(hook: Hook, act: (task: SingleTask) => Promise<void> | void = () => undefined) {
  hooks.length = 0;
  class Recording extends SingleTask {
    constructor(context: TaskContext<TaskConfiguration>) {
      super(context);
      void this.#at('constructor');
    }
    override onStart = () => this.#at('onStart');
    override run = async () => this.#at('run');
    override onStop = () => this.#at('onStop');

    #at(own: Hook): Promise<void> | void {
      hooks.push(own);
      return own === hook ? act(this) : undefined;
    }
  }
  return defineService({ task: Recording });
}

const fail = () => {
  throw new TypeError('no sensor');
};
const failLater = () => Promise.reject(new TypeError('no sensor'));

describe('a task', () => {
  it('is built, started, run and stopped, in this order, and has exited', async () => {
    const life = createLifecycle();
    const service = taskThat('run', () => void hooks.push(...life.calls));
    expect(await life.lifecycle.run(service)).toEqual({ kind: 'exited' });
    // `started` was not called yet while `run` was running: its first turn was not over.
    expect(hooks).toEqual(['constructor', 'onStart', 'run', 'onStop']);
    expect(life.calls).toEqual(['started']);
  });

  it.each([
    ['constructor', ['constructor'], []],
    ['onStart', ['constructor', 'onStart', 'onStop'], []],
    ['run', ['constructor', 'onStart', 'run', 'onStop'], []],
    ['onStop', ['constructor', 'onStart', 'run', 'onStop'], ['started']],
  ] as const)(
    'that throws in %s has failed, and cleans up what it began',
    async (hook, expectedHooks, reports) => {
      const life = createLifecycle();
      const end = await life.lifecycle.run(taskThat(hook, fail));
      expect(end).toMatchObject({ kind: 'failed', error: { code: 'SVC_TASK_FAILED', message: 'no sensor' } });
      expect(end).toMatchObject({ error: { cause: new TypeError('no sensor') } });
      expect(hooks).toEqual(expectedHooks);
      expect(life.calls).toEqual(reports);
    },
  );

  it.each(['onStart', 'run', 'onStop'] as const)('that rejects in %s has failed', async (hook) => {
    expect(await createLifecycle().lifecycle.run(taskThat(hook, failLater))).toMatchObject({
      kind: 'failed',
    });
  });

  it('that throws an error of ours fails with just that', async () => {
    const error = new ContextdError('SVC_CONFIGURATION_INVALID', 'odd');
    const service = taskThat('run', () => {
      throw error;
    });
    expect(await createLifecycle().lifecycle.run(service)).toEqual({ kind: 'failed', error });
  });

  it('that throws in run and in onStop has failed for the first reason', async () => {
    const service = taskThat('run', (task) => {
      task.onStop = () => {
        throw new Error('second');
      };
      throw new Error('first');
    });
    expect(await createLifecycle().lifecycle.run(service)).toMatchObject({ error: { message: 'first' } });
  });

  it('that throws no error at all fails all the same', async () => {
    const service = taskThat('run', () => Promise.reject('a text'));
    expect(await createLifecycle().lifecycle.run(service)).toMatchObject({ error: { message: 'a text' } });
  });
});

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a task has started', () => {
  it.each<[string, (task: SingleTask) => Promise<void> | void, readonly string[]]>([
    ['when it notifies, and that comes after', (task) => task.notify('updated'), ['started', 'updated {}']],
    ['when it pauses', (task) => task.pause(0), ['started']],
    ['when its first turn of the event loop is over', turn, ['started']],
  ])('%s, even if it throws thereafter', async (_when, act, reports) => {
    const life = createLifecycle();
    const service = taskThat('run', async (task) => {
      await act(task);
      fail();
    });
    expect(await life.lifecycle.run(service)).toMatchObject({ kind: 'failed' });
    expect(life.calls).toEqual(reports);
  });

  it('not by what it notifies while it is being started', async () => {
    const life = createLifecycle();
    const service = taskThat('onStart', (task) => {
      task.notify('updated');
      fail();
    });
    await life.lifecycle.run(service);
    expect(life.calls).toEqual(['updated {}']);
  });

  it('also when it is stopped in its first turn', async () => {
    const life = createLifecycle();
    const service = taskThat('run', (task) => {
      life.lifecycle.stop();
      task.signal.throwIfAborted();
    });
    expect(await life.lifecycle.run(service)).toEqual({ kind: 'stopped' });
    expect(life.calls).toEqual(['started']);
  });
});

describe('a task that throws where nothing can catch it', () => {
  /** Crashes while `run` awaits a promise that never settles. */
  async function crashIn(onStop: (task: SingleTask) => Promise<void> | void) {
    const life = createLifecycle();
    const service = taskThat('run', (task) => {
      task.onStop = () => {
        hooks.push('onStop');
        return onStop(task);
      };
      queueMicrotask(() => life.lifecycle.crash(new Error('loose')));
      return new Promise(() => undefined);
    });
    return await life.lifecycle.run(service);
  }

  it.each<[string, (task: SingleTask) => Promise<void> | void]>([
    ['is cleaned up, its signal aborted', (task) => expect(task.signal.aborted).toBe(true)],
    ['has failed for that reason, whatever onStop throws', fail],
    ['is given up when it cannot be cleaned up', () => new Promise<void>(() => undefined)],
  ])('%s', async (_what, onStop) => {
    expect(await crashIn(onStop)).toMatchObject({ kind: 'failed', error: { message: 'loose' } });
    expect(hooks).toEqual(['constructor', 'onStart', 'run', 'onStop']);
  });

  it('while it is being started does not begin its work', async () => {
    const life = createLifecycle();
    const isStarting = createDeferred<void>();
    const service = taskThat('onStart', (task) => {
      task.onStop = async () => {
        isStarting.resolve();
        await turn();
        task.notify('updated');
      };
      queueMicrotask(() => life.lifecycle.crash(new Error('loose')));
      return isStarting.promise;
    });
    expect(await life.lifecycle.run(service)).toMatchObject({ kind: 'failed', error: { message: 'loose' } });
    expect(hooks).toEqual(['constructor', 'onStart']);
    expect(life.calls).toEqual(['updated {}']);
  });

  it('in its first turn has not started, however long it takes to clean up', async () => {
    const life = createLifecycle();
    const service = taskThat('run', (task) => {
      task.onStop = () => stat('/').then(turn);
      queueMicrotask(() => life.lifecycle.crash(new Error('loose')));
      return new Promise(() => undefined);
    });
    expect(await life.lifecycle.run(service)).toMatchObject({ kind: 'failed', error: { message: 'loose' } });
    expect(life.calls).toEqual([]);
  });

  it('during onStop has failed then', async () => {
    const life = createLifecycle();
    const service = taskThat('onStop', () => {
      life.lifecycle.crash(new Error('loose'));
      return new Promise<void>(() => undefined);
    });
    expect(await life.lifecycle.run(service)).toMatchObject({ kind: 'failed', error: { message: 'loose' } });
    expect(hooks.filter((each) => each === 'onStop')).toHaveLength(1);
  });
});

describe('a task that is asked to stop', () => {
  /** Runs to the hook, then stops. */
  async function stopIn(hook: Hook, act: (task: SingleTask) => Promise<void> | void) {
    const life = createLifecycle();
    const service = taskThat(hook, (task) => {
      life.lifecycle.stop();
      return act(task);
    });
    return { end: await life.lifecycle.run(service), ...life };
  }

  it.each<[Hook, string, (task: SingleTask) => Promise<void> | void]>([
    ['run', 'has its signal aborted', (task) => expect(task.signal.aborted).toBe(true)],
    ['run', 'waits no longer in a pause', (task) => task.pause(1_000_000)],
    ['run', 'may throw what an aborted call throws', (task) => task.signal.throwIfAborted()],
    ['onStart', 'while it starts is stopped as well', () => undefined],
    ['onStart', 'may throw that while it starts', (task) => task.signal.throwIfAborted()],
    ['constructor', 'before it was started', () => undefined],
  ])('in %s %s', async (hook, _what, act) => {
    const { end } = await stopIn(hook, act);
    expect(end).toEqual({ kind: 'stopped' });
    expect(hooks.at(-1)).toBe('onStop');
  });

  it('ends a pause that has begun before', async () => {
    const life = createLifecycle();
    const running = life.lifecycle.run(taskThat('run', (task) => task.pause(1_000_000)));
    await life.started;
    life.lifecycle.stop();
    expect(await running).toEqual({ kind: 'stopped' });
  });

  it('still fails when it throws something else', async () => {
    const { end } = await stopIn('run', fail);
    expect(end).toMatchObject({ kind: 'failed', error: { message: 'no sensor' } });
  });

  it('fails with an AbortError without a requested stop', async () => {
    const service = taskThat('run', () => AbortSignal.abort().throwIfAborted());
    expect(await createLifecycle().lifecycle.run(service)).toMatchObject({ kind: 'failed' });
  });

  it('may be asked more than once', async () => {
    const life = createLifecycle();
    const service = taskThat('run', () => {
      life.lifecycle.stop();
      life.lifecycle.stop();
    });
    expect(await life.lifecycle.run(service)).toEqual({ kind: 'stopped' });
  });
});

it('a task receives events only after it is built', async () => {
  const received: string[] = [];
  class Receiving extends SingleTask {
    override onEvent = ({ serviceId }: ServiceEvent) => void received.push(serviceId);
    override run = () => {
      life.lifecycle.onEvent(event('during'));
      return Promise.resolve();
    };
  }
  const event = (serviceId: string) =>
    ({ action: 'started', serviceId, serviceName: '', status: {} }) as const;
  const life = createLifecycle();
  life.lifecycle.onEvent(event('before'));
  await life.lifecycle.run(defineService({ task: Receiving }));
  expect(received).toEqual(['during']);
});
