import { expect, test } from 'vitest';
import { describeRecord } from '../../../src/messages/history.js';
import { Harness } from '../../helpers/harness.js';

const LEFT = ['4711 (sleep)'];

const reports = (harness: Harness) =>
  harness.effects.flatMap((effect) =>
    effect.type === 'report' ? [[effect.action, effect.status] as const] : [],
  );
const records = (harness: Harness) =>
  harness.effects.flatMap((effect) => (effect.type === 'record' ? [describeRecord(effect.record)] : []));

test.each([
  ['stopped', (harness: Harness) => harness.stop('a'), { exitCode: 0 }, { exit_code: 0 }],
  [
    'stopped',
    (harness: Harness) => harness.stop('a').reported('a', 'stopped'),
    { exitCode: 0 },
    { exit_code: 0 },
  ],
  ['exited', (harness: Harness) => harness, { exitCode: 0 }, { exit_code: 0 }],
  ['exited', (harness: Harness) => harness.reported('a', 'exited'), { exitCode: 0 }, { exit_code: 0 }],
  ['failed', (harness: Harness) => harness, { exitCode: 3 }, { exit_code: 3 }],
  ['failed', (harness: Harness) => harness.reported('a', 'failed'), { exitCode: 1 }, { exit_code: 1 }],
] as const)(
  'Processes that cannot be ended of a service that has %s are reported once and recorded.',
  (action, prepare, end, how) => {
    const harness = prepare(new Harness({ id: 'a' }).bringUp('a')).ended('a', { ...end, left: LEFT });
    expect(reports(harness)).toEqual([[action, expect.objectContaining({ ...how, not_ended: LEFT })]]);
    expect(records(harness)).toContain('could not end 4711 (sleep)');
  },
);
