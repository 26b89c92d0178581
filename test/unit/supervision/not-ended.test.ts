import { expect, test } from 'vitest';
import { Stage } from '../../helpers/harness.js';

const LEFT = ['4711 (sleep)'];

const reports = (stage: Stage) =>
  stage.effects.flatMap((effect) =>
    effect.type === 'report' ? [[effect.action, effect.status] as const] : [],
  );
const records = (stage: Stage) =>
  stage.effects.flatMap((effect) => (effect.type === 'record' ? [effect.record.text] : []));

test.each([
  ['stopped', (stage: Stage) => stage.stop('a'), { exitCode: 0 }, { exit_code: 0 }],
  ['stopped', (stage: Stage) => stage.stop('a').reported('a', 'stopped'), { exitCode: 0 }, { exit_code: 0 }],
  ['exited', (stage: Stage) => stage, { exitCode: 0 }, { exit_code: 0 }],
  ['exited', (stage: Stage) => stage.reported('a', 'exited'), { exitCode: 0 }, { exit_code: 0 }],
  ['failed', (stage: Stage) => stage, { exitCode: 3 }, { exit_code: 3 }],
  ['failed', (stage: Stage) => stage.reported('a', 'failed'), { exitCode: 1 }, { exit_code: 1 }],
] as const)(
  'What could not be ended of a service that has %s is named, once, and recorded.',
  (action, come, end, how) => {
    const stage = come(new Stage({ id: 'a' }).up('a')).ended('a', { ...end, left: LEFT });
    expect(reports(stage)).toEqual([[action, expect.objectContaining({ ...how, not_ended: LEFT })]]);
    expect(records(stage)).toContain('could not end 4711 (sleep)');
  },
);
