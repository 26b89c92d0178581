// Plans: nothing is written twice, no edit is lost, no contradiction is written.

import { describe, expect, test } from 'vitest';
import { readContext } from '../../../src/model/read/read-context.js';
import { readXml } from '../../../src/xml/xml.js';
import { formatDiff } from '../../../src/scaffold/diff.js';
import { filesOf, planScaffold, type ScaffoldPlan, type ScaffoldState } from '../../../src/scaffold/plan.js';
import { loadTemplates } from '../../../src/scaffold/render.js';
import { REQUEST, SERVICE, WALK } from './requests.js';

const templates = await loadTemplates();
const TASK = '/home/me/work/services/EchoAction/EchoAction.ts';
const CONTEXT = '/home/me/work/conf/Context-EchoAction.xml';
const RECORD = '/home/me/work/.contextd/scaffold.json';

function stateOf(files: Readonly<Record<string, string | undefined>>): ScaffoldState {
  return { templates, files: new Map(Object.entries(files)) };
}

function written(plan: ScaffoldPlan): Record<string, string> {
  return Object.fromEntries([...plan.changes, plan.record].map(({ path, after }) => [path, after]));
}

function kinds(plan: ScaffoldPlan): readonly string[] {
  return plan.changes.map(({ kind }) => kind);
}

const first = written(planScaffold(REQUEST, stateOf({})));

describe('a plan', () => {
  test('creates all files in an empty folder', () => {
    const plan = planScaffold(REQUEST, stateOf({}));
    expect(plan.changes.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'create /home/me/work/services/EchoAction/index.ts',
      'create /home/me/work/services/EchoAction/ServiceEchoAction.ts',
      `create ${TASK}`,
      `create ${CONTEXT}`,
    ]);
    expect(plan.record).toMatchObject({ kind: 'create', path: RECORD });
    expect(filesOf(REQUEST, templates)).toEqual([...plan.changes.map(({ path }) => path), RECORD]);
  });

  test('changes nothing the second time', () => {
    const plan = planScaffold(REQUEST, stateOf(first));
    expect(kinds(plan)).toEqual(['unchanged', 'unchanged', 'unchanged', 'unchanged']);
    expect(plan.record.kind).toBe('unchanged');
  });

  test('does not treat other line ends as an edit', () => {
    const crlf = { ...first, [TASK]: first[TASK]?.replaceAll('\n', '\r\n') };
    expect(kinds(planScaffold(REQUEST, stateOf(crlf)))[2]).toBe('unchanged');
    const other = { ...REQUEST, services: [{ ...SERVICE, description: 'Another one' }] };
    expect(kinds(planScaffold(other, stateOf(crlf)))[2]).toBe('update');
  });

  test('updates a file that was not edited if the request has changed', () => {
    const request = { ...REQUEST, services: [{ ...SERVICE, taskType: 'Single' as const }] };
    const plan = planScaffold(request, stateOf(first));
    expect(kinds(plan)).toEqual(['unchanged', 'unchanged', 'update', 'unchanged']);
    expect(kinds(planScaffold(request, stateOf({ ...first, ...written(plan) })))[2]).toBe('unchanged');
  });

  test('keeps an edited file and reports it', () => {
    const plan = planScaffold(REQUEST, stateOf({ ...first, [TASK]: '// mine\n' }));
    expect(plan.changes[2]).toMatchObject({
      kind: 'kept',
      after: '// mine\n',
      note: 'was edited; --force overwrites',
    });
    expect(plan.record.kind).toBe('unchanged');
  });

  test('keeps a file that is not recorded', () => {
    const plan = planScaffold(REQUEST, stateOf({ [TASK]: '// mine\n', [RECORD]: '{ damaged' }));
    expect(kinds(plan)).toEqual(['create', 'create', 'kept', 'create']);
    expect(plan.changes[2]?.note).toMatch(/^differs from what create_service writes/);
    expect(plan.record.after).not.toContain('EchoAction/EchoAction.ts');
  });

  test('overwrites an edited file when forced, and records it', () => {
    const plan = planScaffold(REQUEST, stateOf({ ...first, [TASK]: '// mine\n' }), true);
    expect(plan.changes[2]).toMatchObject({ kind: 'update', after: first[TASK] });
  });

  test('adds a second service to the same context', () => {
    const plan = planScaffold({ ...REQUEST, services: [WALK] }, stateOf(first));
    expect(kinds(plan)).toEqual(['create', 'create', 'create', 'update']);
    const services = readXml(written(plan)[CONTEXT] ?? '', CONTEXT).children.filter(
      ({ name }) => name === 'TaskService',
    );
    expect(services).toHaveLength(2);
    expect(Object.keys((JSON.parse(plan.record.after) as { files: object }).files)).toHaveLength(6);
  });

  test('contains several services at once', () => {
    const plan = planScaffold({ ...REQUEST, services: [SERVICE, WALK] }, stateOf({}));
    expect(plan.changes).toHaveLength(7);
    expect(planScaffold({ ...REQUEST, services: [SERVICE, WALK] }, stateOf(written(plan))).changes).toSatisfy(
      (changes: ScaffoldPlan['changes']) => changes.every(({ kind }) => kind === 'unchanged'),
    );
  });

  test('does not change an existing service in the context file and reports differences', () => {
    const text = first[CONTEXT]?.replace('>shout<', '>whisper<') ?? '';
    const plan = planScaffold(REQUEST, stateOf({ ...first, [CONTEXT]: text }));
    expect(plan.changes[3]).toMatchObject({ kind: 'kept', after: text });
    expect(plan.changes[3]?.note).toContain("ts_100 (line 14) has the device_action 'whisper', not 'shout'");
  });

  test('uses the context id of the file by default', () => {
    const text = first[CONTEXT]?.replace('EchoAction</ContextID>', 'street</ContextID>') ?? '';
    const plan = planScaffold({ ...REQUEST, services: [WALK] }, stateOf({ ...first, [CONTEXT]: text }));
    expect(plan.contextId).toBe('street');
  });

  test('is formatted as a unified diff', () => {
    const plan = planScaffold({ ...REQUEST, services: [WALK] }, stateOf(first));
    const diff = formatDiff(plan.changes, (path) => path.replace('/home/me/work/', ''));
    expect(diff).toContain('--- /dev/null\n+++ services/Walk/index.ts\n');
    expect(diff).toContain('--- conf/Context-EchoAction.xml\n+++ conf/Context-EchoAction.xml\n');
    expect(diff.match(/^-(?!--)/gm)).toBeNull();
  });
});

describe('the planned context file', () => {
  test('is loaded by the provider without a warning', () => {
    const services = [
      SERVICE,
      { ...WALK, entry: 'on_exit' as const, description: `*/ ]]> \${x} "it's" <b> & --` },
    ];
    const transitions = { on_exit: { action: 'start' as const, call: 'ts_101' } };
    const request = { ...REQUEST, services: [{ ...SERVICE, transitions }, ...services.slice(1)] };
    const { configuration, warnings } = readContext(
      written(planScaffold(request, stateOf({})))[CONTEXT] ?? '',
      CONTEXT,
    );
    expect(warnings).toEqual([]);
    expect(configuration.TaskService.map(({ id, instance }) => [id, instance])).toEqual([
      ['ts_100', 'EchoAction'],
      ['ts_101', 'Walk'],
    ]);
    expect(configuration.TaskService[1]?.Task.description).toBe(services[1]?.description);
    expect(configuration.TaskService[0]?.Task.state).toMatchObject(transitions);
  });
});

describe('a contradiction to the context file is rejected with file and line', () => {
  const refusal = (request: typeof REQUEST, text = first[CONTEXT]) => {
    try {
      planScaffold(request, stateOf({ ...first, [CONTEXT]: text }));
    } catch (error) {
      return error as Error & { code: string };
    }
    throw new Error('nothing was refused');
  };

  test.each([
    [
      'an id of another instance',
      { ...WALK, taskId: 'ts_100' },
      "the id ts_100 is taken by the instance 'EchoAction'",
    ],
    [
      'an instance under another id',
      { ...SERVICE, taskId: 'ts_9' },
      "the instance EchoAction exists with the id 'ts_100'",
    ],
    [
      'another service name',
      { ...SERVICE, serviceName: 'cry' },
      "ts_100 has the service_name 'echo_action', not 'cry'",
    ],
  ])('%s', (_, service, message) => {
    const error = refusal({ ...REQUEST, services: [service] });
    expect(error.code).toBe('TPL_CONFLICT');
    expect(error.message).toBe(`${CONTEXT}:14: ${message}`);
  });

  test('other ports, another address and another context id, all at once', () => {
    const context = { ...REQUEST.context, subPort: '6000', serverIp: '10.0.0.1', contextId: 'other' };
    const lines = refusal({ ...REQUEST, context })
      .message.split('\n')
      .slice(1);
    expect(lines).toEqual([
      `  ${CONTEXT}:8: FrontEndEndpoint is 'tcp://127.0.0.1:5556', but server_ip and sub_port say 'tcp://10.0.0.1:6000'`,
      `  ${CONTEXT}:9: BackendEndpoint is 'tcp://127.0.0.1:5557', but server_ip and pub_port say 'tcp://10.0.0.1:5557'`,
      `  ${CONTEXT}:12: ContextID is 'EchoAction', but context_id says 'other'`,
    ]);
  });

  test('a file that is not a context', () => {
    expect(refusal(REQUEST, '<MetaServiceConf></MetaServiceConf>').message).toContain(
      'the root element is <MetaServiceConf>, not <Context>',
    );
  });

  test('a fault in the second of two services', () => {
    const services = [
      { ...WALK, taskId: 'ts_7' },
      { ...WALK, taskService: 'Run', taskId: 'ts_100' },
    ];
    expect(refusal({ ...REQUEST, services }).message).toContain('ts_100 is taken');
  });

  test('one id for two new services', () => {
    const services = [WALK, { ...WALK, taskService: 'Run' }];
    expect(refusal({ ...REQUEST, services }).message).toBe(
      `${CONTEXT}: the id ts_101 is taken by the instance 'Walk'`,
    );
  });
});
