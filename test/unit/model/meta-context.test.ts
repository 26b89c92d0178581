import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readMetaContext, readMetaContextFile } from '../../../src/model/read/meta-context.js';
import { BROKEN_METAS, VALID_METAS } from './meta-corpus.js';
import { refusalOf, tellFaults } from './refusals.js';

const fixtures = join(dirname(fileURLToPath(import.meta.url)), '../../fixtures/contexts');
const path = '/home/me/project/conf/Services-Sample.xml';

describe('readMetaContext', () => {
  it.each(VALID_METAS)('accepts $title', ({ text }) => {
    expect(readMetaContext(text, path).values).toMatchObject({
      context_name: 'Sample',
      server_ip: '127.0.0.1',
      sub_port: '5556',
      pub_port: '5557',
      service_path: '..',
      home_path: '',
    });
  });

  it('reads a file in the layout of the original', async () => {
    const { values, warnings } = await readMetaContextFile(join(fixtures, 'Services-StateMachine.xml'));
    expect(warnings).toEqual([]);
    expect(values.context_name).toBe('StateMachineSample');
    expect(values.Service.map((each) => [each.task_id, each.task_type, each.entry_action])).toEqual([
      ['ts_100', 'Single', 'on_start'],
      ['ts_101', 'Looped', 'on_update'],
      ['ts_102', 'Looped', 'on_exit'],
    ]);
    expect(values.Service[0]).toMatchObject({
      task_service: 'Stand',
      task_class: 'Standing',
      service_name: 'state_update',
      device_action: 'pass_state1',
    });
    expect(values.Service[0]?.state).toContainEqual({
      trigger: 'on_exit',
      action: 'start',
      state_id: 'ts_101',
    });
  });

  it('warns about a file without services', () => {
    const [, none] = VALID_METAS;
    expect(readMetaContext(none!.text, path).warnings).toMatchObject([{ severity: 'warning', line: 1 }]);
  });

  it.each(BROKEN_METAS)('rejects $title', ({ text, faults }) => {
    const error = refusalOf(() => readMetaContext(text, path));
    expect(error.code).toBe('CTX_INVALID');
    expect(tellFaults(error)).toEqual(faults);
  });

  it('reports the superfluous closing tag', () => {
    const text = '<MetaServiceConf>\n<Service>\n</Service>\n  </Service>\n</MetaServiceConf>';
    const error = refusalOf(() => readMetaContext(text, path));
    expect(error.code).toBe('XML_MALFORMED');
    expect(error.message).toBe(`${path}:4:3: stray </Service>: <MetaServiceConf> of line 1 is open here`);
    expect(error.hint).toBe('remove it');
  });
});
