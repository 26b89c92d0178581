// Context configurations for tests, with the services of test/fixtures/services, on wildcard ports.

import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.js';
import type { ContextFile } from '../../src/model/read/read-context.js';
import {
  contextConfigurationSchema,
  type ContextConfiguration,
  type Entry,
} from '../../src/model/context.js';

export const fixtureServices = join(packageRoot, 'test', 'fixtures', 'services');

export interface ServiceSpec {
  readonly id: string;
  /** A folder under test/fixtures/services. */
  readonly instance: string;
  readonly serviceType?: 'Process' | 'Thread';
  readonly name?: string;
  readonly location?: string;
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly entry?: Entry;
  /** `{ on_exit: 'start ts_2' }` */
  readonly transitions?: Readonly<Record<string, string>>;
  readonly supervision?: Readonly<Record<string, unknown>>;
}

export function testConfiguration(
  services: readonly ServiceSpec[],
  more: Readonly<Record<string, unknown>> = {},
): ContextConfiguration {
  return contextConfigurationSchema.parse({
    FrontEndEndpoint: 'tcp://127.0.0.1:*',
    BackendEndpoint: 'tcp://127.0.0.1:*',
    FrontBind: 'tcp://127.0.0.1:*',
    BackendBind: 'tcp://127.0.0.1:*',
    ContextID: 'context001',
    TaskLogName: 'Test',
    TaskService: services.map(testService),
    ...more,
  });
}

/** A configuration for a client to send, with the fixed addresses of a file; nothing binds them. */
export function clientConfiguration(
  services: readonly ServiceSpec[],
  more: Readonly<Record<string, unknown>> = {},
): ContextConfiguration {
  return testConfiguration(services, {
    FrontEndEndpoint: 'tcp://127.0.0.1:5556',
    BackendEndpoint: 'tcp://127.0.0.1:5557',
    FrontBind: 'tcp://127.0.0.1:5557',
    BackendBind: 'tcp://127.0.0.1:5556',
    ...more,
  });
}

/** The configuration as a context file in `<folder>/conf`, without writing it. */
export function testContextFile(folder: string, configuration: ContextConfiguration): ContextFile {
  return { path: join(folder, 'conf', 'Context-Test.xml'), folder, configuration, warnings: [] };
}

export function testService(spec: ServiceSpec): Record<string, unknown> {
  const { id, instance, name = 'test', location = fixtureServices, configuration, entry = 'on_start' } = spec;
  const triggers = Object.entries(spec.transitions ?? {}).map(([trigger, rule]) => {
    const [action = '', ...call] = rule.split(' ');
    return [trigger, { action, call: call.join(' ') }];
  });
  return {
    id,
    instance,
    serviceType: spec.serviceType ?? 'Process',
    topic: 'process',
    Task: {
      description: id,
      message: {
        header: { action: 'start', service_id: '', service_name: name, transaction: '' },
        content: { configuration: { device_action: 'test_action', location, ...configuration } },
      },
      state: { type: entry, ...(Object.fromEntries(triggers) as Record<string, unknown>) },
      ...(spec.supervision === undefined ? {} : { supervision: spec.supervision }),
    },
  };
}
