// One of many services is changed: only that one restarts.

import { expect, test } from 'vitest';
import type { ServiceSpec } from '../../helpers/context.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { openRunning } from './running-context.js';

expectNoLeftovers();

const ids = Array.from({ length: 200 }, (_, index) => `ts_${index}`);
const services = (changed?: string): readonly ServiceSpec[] =>
  ids.map((id) => ({
    id,
    instance: 'Forever',
    configuration: { label: id === changed ? 'new' : 'old' },
    supervision: { start_timeout_s: 120 },
  }));

test('When one of 200 services is changed, 199 keep their pid.', { timeout: 180_000 }, async () => {
  await using running = await openRunning(services());
  expect(running.started.status.result).toBe('success');
  const before = await running.pids();
  expect(new Set(Object.values(before)).size).toBe(200);
  const { status } = await running.reload(services('ts_77'));
  expect(status.services).toMatchObject([{ service_id: 'ts_77', state: 'started' }]);
  expect(status.plan).toMatchObject({ changed: ['ts_77'], unchanged: ids.filter((id) => id !== 'ts_77') });
  const after = await running.pids();
  expect(ids.filter((id) => after[id] !== before[id])).toEqual(['ts_77']);
  expect(after.ts_77).toEqual(expect.any(Number));
  expect(running.observer.events().filter((event) => event.startsWith('stopped'))).toEqual(['stopped ts_77']);
});
