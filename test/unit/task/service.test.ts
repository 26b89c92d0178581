import { describe, expect, it } from 'vitest';
import { defineService, SingleTask, type ServiceEvent } from '../../../src/task/index.js';
import { z } from '../../../src/task/schema.js';
import { isServiceDefinition } from '../../../src/task/service.js';
import { createLifecycle, IDENTITY } from '../../helpers/task.js';

class Plain extends SingleTask {
  override run = () => Promise.resolve();
}

describe('a service', () => {
  it.each([
    ['without a name accepts all', undefined, { one: true, two: true, '': true }],
    ['accepts only its own name', 'one', { one: true, two: false, '': false }],
    ['may have several names', ['one', 'two'], { one: true, two: true, three: false }],
  ])('%s', (_what, serviceName, expected) => {
    const service = defineService({ task: Plain, ...(serviceName === undefined ? {} : { serviceName }) });
    const calls = Object.fromEntries(Object.keys(expected).map((name) => [name, service.concerns(name)]));
    expect(calls).toEqual(expected);
  });

  it('handles events if its task class, or one of its base classes, overrides onEvent', () => {
    class Hearing extends Plain {
      override onEvent(_event: ServiceEvent): void {
        return undefined;
      }
    }
    class Heir extends Hearing {}
    expect([Plain, Hearing, Heir].map((task) => defineService({ task }).hearsEvents)).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('is recognized by isServiceDefinition', () => {
    expect(isServiceDefinition(defineService({ task: Plain }))).toBe(true);
    expect([undefined, null, {}, Plain, { build: 1 }].map(isServiceDefinition)).not.toContain(true);
  });
});

describe('the configuration of a task', () => {
  let seen: unknown;
  const configuration = z.object({
    every_s: z.coerce.number().positive(),
    label: z.string().default('none'),
  });
  class Checked extends SingleTask<z.infer<typeof configuration>> {
    static readonly configuration = configuration;
    override run(): Promise<void> {
      seen = { ...this.configuration, identity: this.identity };
      return Promise.resolve();
    }
  }

  it('is passed to it validated and typed, with its identity', async () => {
    const { lifecycle } = createLifecycle({ every_s: '2', more: 'x' });
    expect(await lifecycle.run(defineService({ task: Checked }))).toEqual({ kind: 'exited' });
    expect(seen).toEqual({ every_s: 2, label: 'none', identity: IDENTITY });
  });

  it('that is invalid fails the task before anything runs, with all invalid elements', async () => {
    seen = undefined;
    const { lifecycle, calls } = createLifecycle({ every_s: '-1', label: ['a', 'b'] });
    const end = await lifecycle.run(defineService({ task: Checked }));
    expect(end).toMatchObject({ kind: 'failed', error: { code: 'SVC_CONFIGURATION_INVALID' } });
    const { message, hint } = (end as { error: { message: string; hint: string } }).error;
    expect(message).toMatch(/<every_s> .+; <label> /);
    expect(hint).toContain('Checked');
    expect([seen, calls]).toEqual([undefined, []]);
  });

  it('reaches a task that declares nothing as it stands in the file', async () => {
    class Loose extends SingleTask {
      override run(): Promise<void> {
        seen = this.configuration;
        return Promise.resolve();
      }
    }
    const given = { every_s: '2', list: ['a', 'b'] };
    await createLifecycle(given).lifecycle.run(defineService({ task: Loose }));
    expect(seen).toEqual(given);
  });
});
