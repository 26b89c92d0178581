// The output of the templates: the skeletons, and hostile values at each place.

import { isId } from '../../../src/base/ids.js';
import { contextIdOf } from '../../../src/scaffold/request.js';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { valueIn, childOf } from '../../../src/xml/edit.js';
import { readXml } from '../../../src/xml/xml.js';
import { loadTemplates, renderCode, renderContext, renderTaskService } from '../../../src/scaffold/render.js';
import { REQUEST, SERVICE } from './requests.js';

const templates = await loadTemplates();

const HOSTILE = [
  '*/ process.exit(1) /*',
  ']]>',
  '-->',
  '--',
  '-',
  '${process.exit(1)}',
  "it's",
  '"quoted"',
  `both ' and "`,
  'back\\slash\\',
  '`tick`',
  'two\nlines',
  'return\rhere',
  'separator\u2028here\u2029',
  'right\u202eto left',
  '<b>&amp;</b>',
  '<%= 1 %>',
  '%>',
  'nul\0bell\u0007',
  'half \ud800 pair',
  'grin 😀',
  '$&$1',
];

function syntaxErrors(text: string): readonly string[] {
  const { diagnostics = [] } = ts.transpileModule(text, { reportDiagnostics: true });
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

/** The value of the initializer of `serviceName`. */
function serviceNameIn(text: string): string | undefined {
  let found: string | undefined;
  const visit = (node: ts.Node): void => {
    const isName = ts.isPropertyAssignment(node) && node.name.getText() === 'serviceName';
    if (isName && ts.isStringLiteral(node.initializer)) found = node.initializer.text;
    node.forEachChild(visit);
  };
  visit(ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest, true));
  return found;
}

describe('the files of a task service', () => {
  test('are index.ts, the service and the task, named after the service', () => {
    const names = renderCode(templates, SERVICE).map(({ name }) => name);
    expect(names).toEqual(['index.ts', 'ServiceEchoAction.ts', 'EchoAction.ts']);
  });

  test('define the service name and the task', () => {
    const [, service] = renderCode(templates, SERVICE);
    expect(service?.text).toMatchInlineSnapshot(`
      "// The service EchoAction: its service name and its task.

      import { defineService } from 'contextd/task';
      import { EchoShouting } from './EchoAction.js';

      export default defineService({
        // The same name as <service_name> in the context file.
        serviceName: 'echo_action',
        task: EchoShouting,
      });
      "
    `);
  });

  test.each([
    ['Looped', 'extends LoopedTask', 'async step()'],
    ['Single', 'extends SingleTask', 'async run()'],
  ] as const)('of type %s contain a task that %s', (taskType, base, method) => {
    const task = renderCode(templates, { ...SERVICE, taskType })[2]?.text;
    expect(task).toContain(`export class EchoShouting ${base}`);
    expect(task).toContain(method);
  });

  test.each(HOSTILE)('contain %j as description and service name without side effect', (value) => {
    for (const taskType of ['Looped', 'Single'] as const) {
      const files = renderCode(templates, { ...SERVICE, taskType, description: value, serviceName: value });
      const harmless = renderCode(templates, { ...SERVICE, taskType });
      for (const [at, { text }] of files.entries()) {
        expect(syntaxErrors(text)).toEqual([]);
        expect(text.split('\n').length).toBe(harmless[at]?.text.split('\n').length);
      }
      expect(serviceNameIn(files[1]?.text ?? '')).toBe(value);
    }
  });

  test('are not rendered for a name that is not an identifier', () => {
    const request = { ...SERVICE, taskClass: 'A {} process.exit(1); class B' };
    expect(() => renderCode(templates, request)).toThrow(
      expect.objectContaining({ code: 'TPL_NAME_INVALID' }),
    );
    expect(() => renderCode(templates, { ...SERVICE, taskService: '../escape' })).toThrow(/cannot be a name/);
  });
});

describe('the context file', () => {
  test.each([
    ['EchoAction', 'EchoAction'],
    ['my-app.2', 'my-app.2'],
    ['My echo', /^My_echo-[0-9a-f]{6}$/],
    ['Ärger', /^_rger-[0-9a-f]{6}$/],
    ['-x', /^_x-[0-9a-f]{6}$/],
    ['x'.repeat(100), 'x'.repeat(100)],
  ])('of the context %s has its own id', (contextName, expected) => {
    const id = contextIdOf({ contextName, contextId: undefined });
    expect(isId(id)).toBe(true);
    expect(id).toMatch(expected);
    expect(id).not.toBe(contextIdOf({ contextName: `${contextName} `, contextId: undefined }));
    expect(contextIdOf({ contextName, contextId: 'c1' })).toBe('c1');
  });

  test('has the endpoints of both sides, its id and its log name', () => {
    const root = readXml(renderContext(templates, REQUEST.context), 'a.xml');
    expect(root.children.map(({ name, text }) => [name, text])).toEqual([
      ['FrontEndEndpoint', 'tcp://127.0.0.1:5556'],
      ['BackendEndpoint', 'tcp://127.0.0.1:5557'],
      ['FrontBind', 'tcp://127.0.0.1:5557'],
      ['BackendBind', 'tcp://127.0.0.1:5556'],
      ['ContextID', 'EchoAction'],
      ['TaskLogName', 'EchoAction'],
    ]);
  });

  test('writes an IPv6 address in brackets', () => {
    const text = renderContext(templates, { ...REQUEST.context, serverIp: '::1' });
    expect(text).toContain('<FrontEndEndpoint>tcp://[::1]:5556</FrontEndEndpoint>');
  });

  test.each(HOSTILE)('stays well-formed with %j in every value', (value) => {
    const context = { contextName: value, contextId: value, serverIp: value, subPort: value, pubPort: value };
    const text = renderContext(templates, context);
    expect(readXml(text, 'a.xml').children).toHaveLength(6);
  });

  test.each(HOSTILE)(
    'contains %j in a task service unchanged, except characters that are not allowed in XML',
    (value) => {
      const service = { ...SERVICE, taskId: value, description: value, deviceAction: value, location: value };
      const text = renderTaskService(templates, service);
      const element = readXml(text, 'a.xml');
      const carried = value.replace(/[^\P{Cc}\r\n]|\p{Cs}/gu, '\ufffd');
      expect(valueIn(element, 'id')).toBe(carried);
      expect(valueIn(childOf(element, 'Task'), 'description')).toBe(carried.trim());
      expect(text.split('\n')).toHaveLength(renderTaskService(templates, SERVICE).split('\n').length);
    },
  );

  test('has all four triggers of a service, blank by default', () => {
    const transitions = { on_exit: { action: 'start', call: 'ts_101 ts_102' } } as const;
    const state = childOf(
      readXml(renderTaskService(templates, { ...SERVICE, transitions }), 'a'),
      'Task',
      'state',
    );
    expect(
      state?.children.map((trigger) => [trigger.name, valueIn(trigger, 'action'), valueIn(trigger, 'call')]),
    ).toEqual([
      ['on_start', '', ''],
      ['on_update', '', ''],
      ['on_fail', '', ''],
      ['on_exit', 'start', 'ts_101 ts_102'],
    ]);
  });
});
