import { describe, expect, it } from 'vitest';
import echoAction, { EchoShouting } from '../../../services/EchoAction/index.js';
import { defineService, LoopedTask, SingleTask, type ServiceEvent } from '../../../src/task/index.js';
import { z } from '../../../src/task/schema.js';
import { ManualClock, runTask } from '../../../src/testing/index.js';

class Forever extends SingleTask {
  override run(): Promise<void> {
    return this.pause(1_000_000_000);
  }
}

class Hearing extends Forever {
  override onEvent({ action, serviceId, status }: ServiceEvent): void {
    if (status.poison === true) throw new Error('poisoned');
    this.notify('updated', { received: `${action} ${serviceId}` });
  }
}

const actions = (events: readonly { readonly action: string }[]) => events.map(({ action }) => action);

describe('a task in a test', () => {
  it('runs by a clock that stands still until the test moves it', async () => {
    await using task = await runTask(echoAction, { configuration: { count_s: 10 } });
    expect(actions(task.events)).toEqual(['created', 'started']);
    await task.advance(9_999);
    expect(actions(task.events)).toEqual(['created', 'started']);
    await task.advance(1);
    const { items, serviceName } = await task.next('updated');
    expect(items).toEqual({ shout: expect.stringMatching(/^IT IS /) as string, counted_s: 10 });
    expect(serviceName).toBe('echo_action');
    await task.advance(50_000);
    const updates = task.events.filter(({ action }) => action === 'updated');
    expect(updates).toHaveLength(6);
    expect(task.logs.map(({ message }) => message)).toEqual(updates.map((update) => update.items.shout));
  });

  it('is stopped as by a command, and says so last', async () => {
    const task = await runTask(EchoShouting);
    expect(await task.stop()).toMatchObject({ action: 'stopped' });
    expect(actions(task.events)).toEqual(['created', 'started', 'stopped']);
    expect(await task.ended).toBe(task.events.at(-1));
    expect(task.failure).toBeUndefined();
    // A second time is no fault.
    await task[Symbol.asyncDispose]();
  });

  it('can run by the clock of the system', async () => {
    await using task = await runTask(echoAction, { configuration: { count_s: 0.01 }, clock: 'real' });
    await task.next('updated');
    await task.next('updated');
    await expect(task.advance(1)).rejects.toThrow("the clock 'real'");
  });

  it('shares a clock with others, and receives what they report', async () => {
    const clock = new ManualClock();
    await using one = await runTask(echoAction, { clock, configuration: { count_s: 1 } });
    await using other = await runTask(Hearing, { clock, identity: { serviceId: 'ts_2' } });
    await clock.pass(1000);
    other.send(await one.next('updated'));
    expect((await other.next('updated')).items).toEqual({ received: 'updated ts_1' });
    // A task does not receive its own events.
    other.send({ action: 'updated', serviceId: 'ts_2' });
    await clock.pass(0);
    expect(actions(other.events)).toEqual(['created', 'started', 'updated']);
  });

  it('gets its configuration as a context file would hold it: text, with what every service has', async () => {
    class Telling extends SingleTask {
      override run(): Promise<void> {
        this.notify('updated', { given: this.configuration, who: this.identity });
        return Promise.resolve();
      }
    }
    const configuration = { count: 3, on: true, list: [1, 'a'], deep: { x: 0.5 } };
    const identity = { serviceId: 'ts_7', transaction: 'T7', instance: 'Telling' };
    await using task = await runTask(Telling, { configuration, identity });
    const { given, who } = (await task.next('updated')).items;
    expect(given).toEqual({
      device_action: '',
      location: '',
      ...{ count: '3', on: 'true', list: ['1', 'a'], deep: { x: '0.5' } },
    });
    expect(who).toEqual({ ...identity, serviceName: 'test', contextId: 'context001' });
    expect(task.identity).toEqual(who);
    expect(await task.ended).toMatchObject({ action: 'exited' });
  });

  it('goes through many steps in one stretch of time, even those that pause for nothing', async () => {
    class Counting extends LoopedTask {
      steps = 0;
      override async step(): Promise<void> {
        this.steps += 1;
        this.notify('updated', { steps: this.steps });
        await this.pause(0);
      }
    }
    await using task = await runTask(Counting);
    await task.advance(100);
    expect(task.events.at(-1)?.items).toEqual({ steps: 101 });
  });
});

describe('a task that fails in a test', () => {
  const failing = (where: 'onStart' | 'run' | 'onStop') =>
    class extends Forever {
      override onStart = () => this.#at('onStart');
      override run = () => {
        this.#at('run');
        return super.run();
      };
      override onStop = () => this.#at('onStop');
      #at(own: string): void {
        if (own === where) throw new RangeError(`no ${where}`);
      }
    };

  it.each([
    ['onStart', ['created', 'failed']],
    ['run', ['created', 'failed']],
    ['onStop', ['created', 'started', 'failed']],
  ] as const)('in %s reports why, and where', async (where, expected) => {
    const task = await runTask(failing(where));
    expect(await task.stop()).toMatchObject({ action: 'failed', items: { reason: 'error' } });
    expect(actions(task.events)).toEqual(expected);
    expect(task.failure).toMatchObject({ code: 'SVC_TASK_FAILED', message: `no ${where}` });
    expect(task.failure?.file).toMatch(/run-task\.test\.ts$/);
  });

  it('by its configuration was never built', async () => {
    class Checked extends Forever {
      static readonly configuration = z.object({ every_s: z.coerce.number().positive() });
    }
    const task = await runTask(defineService({ task: Checked as never }), { configuration: { every_s: -1 } });
    expect(task.failure).toMatchObject({ code: 'SVC_CONFIGURATION_INVALID' });
    expect(task.failure?.message).toContain('<every_s>');
  });

  it('by a name that is not its own', async () => {
    const task = await runTask(echoAction, { identity: { serviceName: 'other' } });
    expect(task.failure).toMatchObject({ code: 'SVC_LOAD_FAILED' });
  });

  it('by an error that nothing catches', async () => {
    const task = await runTask(Forever);
    expect(await task.crash(new Error('late'))).toMatchObject({ action: 'failed' });
    expect(task.failure).toMatchObject({ code: 'SVC_TASK_FAILED', message: 'late' });
  });

  it('by an event that it cannot bear', async () => {
    const task = await runTask(Hearing);
    task.send({ action: 'updated', serviceId: 'ts_9', items: { poison: true } });
    expect(await task.ended).toMatchObject({ action: 'failed', items: { error: { message: 'poisoned' } } });
  });

  it.each([
    ['an error that is text', { error: 'text' }, 'MSG_INVALID'],
    ['what JSON cannot carry', { big: 1n }, 'SVC_TASK_FAILED'],
  ])('by items that no provider would take: %s', async (_what, items, code) => {
    class Odd extends LoopedTask {
      override step(): Promise<void> {
        this.notify('updated', items);
        return this.pause(1000);
      }
    }
    const task = await runTask(Odd);
    await task.advance(1000);
    expect(await task.ended).toMatchObject({ action: 'failed', items: { error: { code } } });
  });
});

describe('a wait for an event', () => {
  it('gives each event once, past or to come', async () => {
    await using task = await runTask(echoAction, { configuration: { count_s: 1 } });
    await task.advance(2000);
    const toCome = Promise.all([task.next('updated'), task.next('updated'), task.next('updated')]);
    await task.advance(1000);
    expect(await toCome).toEqual(task.events.filter(({ action }) => action === 'updated'));
    expect(new Set(await toCome).size).toBe(3);
  });

  it('that does not come says what came, and how long the task would still pause', async () => {
    await using task = await runTask(echoAction, { configuration: { count_s: 10 } });
    await expect(task.next('updated', { limitMs: 20 })).rejects.toMatchObject({
      code: 'TST_EVENT_MISSING',
      message: 'updated has not come: within 20 ms; seen:\n  ts_1 created {}\n  ts_1 started {}',
      hint: 'the task pauses for another 10000 ms: let them pass with advance(10000)',
    });
    await task.advance(10_000);
    expect(await task.next('updated')).toBe(task.events.at(-1));
  });

  it('ends with the task', async () => {
    await using task = await runTask(echoAction);
    const waiting = expect(task.next('updated')).rejects.toThrow('updated has not come: the task has ended');
    await task.stop();
    await waiting;
    await expect(task.next('failed')).rejects.toThrow('failed has not come');
  });
});
