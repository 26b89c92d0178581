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
    expect(readMetaContext(text, path)).toMatchObject({
      contextName: 'Sample',
      contextId: 'context001',
      serverIp: '127.0.0.1',
      subPort: 5556,
      pubPort: 5557,
      servicePath: '/home/me/project',
      homePath: undefined,
    });
  });

  it('reads a file in the layout of the original', async () => {
    const meta = await readMetaContextFile(join(fixtures, 'Services-StateMachine.xml'));
    expect(meta).toMatchObject({
      contextName: 'StateMachineSample',
      servicePath: dirname(fixtures),
      homePath: dirname(fixtures),
      warnings: [],
    });
    expect(meta.services.map(({ taskId, taskType, entry }) => [taskId, taskType, entry])).toEqual([
      ['ts_100', 'Single', 'on_start'],
      ['ts_101', 'Looped', 'on_update'],
      ['ts_102', 'Looped', 'on_exit'],
    ]);
    expect(meta.services[0]).toEqual({
      taskService: 'Stand',
      taskClass: 'Standing',
      description: 'Stand for a while',
      serviceName: 'state_update',
      taskId: 'ts_100',
      deviceAction: 'pass_state1',
      topic: 'process',
      location: join(dirname(fixtures), 'services'),
      entry: 'on_start',
      taskType: 'Single',
      states: [
        { trigger: 'on_start', action: '', call: '' },
        { trigger: 'on_update', action: '', call: '' },
        { trigger: 'on_fail', action: '', call: '' },
        { trigger: 'on_exit', action: 'start', call: 'ts_101' },
      ],
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
