// The scaffolder with generated input: hostile strings, context files in any style.

import fc from 'fast-check';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { readXml } from '../../src/xml/xml.js';
import { loadTemplates, renderCode, renderContext, renderTaskService } from '../../src/scaffold/render.js';
import { addTaskServices, childOf, valueIn } from '../../src/xml/edit.js';
import { REQUEST, SERVICE } from '../unit/scaffold/requests.js';

const templates = await loadTemplates();

const dangerous = fc.constantFrom(
  ...[
    '*/',
    '/*',
    '//',
    '-->',
    '--',
    ']]>',
    '<![CDATA[',
    '${',
    '}',
    '`',
    "'",
    '"',
    '\\',
    '\n',
    '\r',
    '\u2028',
  ],
  ...['<', '>', '&', '&#0;', '<%', '%>', '\0', '\u202e', '\ud800', '\ufeff', '@ts-ignore', 'eslint-disable'],
);
const hostile = fc.array(fc.oneof(dangerous, fc.string({ unit: 'binary' }))).map((parts) => parts.join(''));

const blank = fc.constantFrom('', ' ', '  ', '\t', '{EOL}', '{EOL}{EOL}', '{EOL}  ', '{EOL}\t');
const element = fc.constantFrom(
  '<A/>',
  '<A x="&lt;/Context>">y</A>',
  '<TaskService id="a"/>',
  '<TaskService id="c" instance=\'d\'>{EOL}    <Task/>{EOL}  </TaskService>',
  '<TaskService id="e"><Task>{EOL}\t\t<b/></Task></TaskService> <!-- e -->',
  '<!-- <TaskService/> -->',
  '<!--{EOL}</Context>{EOL}-->',
  '<B><![CDATA[<TaskService></Context>]]></B>',
  '<?target </Context>?>',
  '<Nested><TaskService/></Nested>',
);
const contextFile = fc
  .record({
    head: fc.constantFrom('', '\ufeff', '<?xml version="1.0"?>{EOL}', '<!-- </Context> -->{EOL}'),
    outer: fc.constantFrom('', '  ', '\t'),
    content: fc.array(fc.tuple(blank, element)),
    last: blank,
    tail: fc.constantFrom('', '{EOL}', '{EOL}<!-- <Context> -->'),
    lineEnd: fc.constantFrom('\n', '\r\n'),
  })
  .map(({ head, outer, content, last, tail, lineEnd }) =>
    `${head}${outer}<Context>${content.flat().join('')}${last}</Context >${tail}`.replaceAll(
      '{EOL}',
      lineEnd,
    ),
  );

const servicesIn = (text: string) =>
  readXml(text, 'a.xml').children.filter(({ name }) => name === 'TaskService');

describe('the scaffolder', () => {
  test('writes valid code for any description and service name', () => {
    fc.assert(
      fc.property(
        hostile,
        hostile,
        fc.constantFrom('Looped', 'Single'),
        (description, serviceName, taskType) => {
          for (const { text } of renderCode(templates, { ...SERVICE, description, serviceName, taskType })) {
            const { diagnostics } = ts.transpileModule(text, { reportDiagnostics: true });
            expect(diagnostics).toEqual([]);
            expect(text).not.toMatch(/[\r\u2028\u2029\u202e\0]/);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('writes a well-formed context file with its values, for any values', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const context = { ...REQUEST.context, contextName: value };
        const service = { ...SERVICE, description: value, taskId: value, location: value };
        const empty = renderContext(templates, context);
        const { text } = addTaskServices(empty, 'a.xml', [renderTaskService(templates, service)]);
        const [added] = servicesIn(text);
        expect(added && valueIn(added, 'id')?.length).toBe(value.length);
        expect(childOf(added, 'Task', 'message', 'header', 'action')?.text).toBe('start');
      }),
      { numRuns: 500 },
    );
  });

  test('adds to any context file without changing the existing content', () => {
    const block = renderTaskService(templates, SERVICE);
    fc.assert(
      fc.property(contextFile, fc.integer({ min: 1, max: 3 }), (before, count) => {
        const blocks = Array.from({ length: count }, () => block);
        const { text, offset, inserted } = addTaskServices(before, 'a.xml', blocks);
        expect(text.slice(0, offset) + text.slice(offset + inserted.length)).toBe(before);
        expect(text.slice(offset, offset + inserted.length)).toBe(inserted);
        expect(servicesIn(text)).toHaveLength(servicesIn(before).length + count);
        if (before.includes('\r\n')) expect(inserted.replaceAll('\r\n', '')).not.toContain('\n');
        else expect(inserted).not.toContain('\r');
        const added = servicesIn(text).slice(-count);
        expect(added.map((one) => childOf(one, 'Task', 'description')?.text)).toEqual(
          Array.from({ length: count }, () => SERVICE.description),
        );
      }),
      { numRuns: 1000 },
    );
  });
});
