// Adding services to a context file keeps all other bytes, in any style.

import { describe, expect, test } from 'vitest';
import { addTaskServices } from '../../../src/xml/edit.js';

const BLOCK = '<TaskService id="b">\n  <Task>\n    <x></x>\n  </Task>\n</TaskService>';

function add(text: string, ...blocks: readonly string[]): string {
  const {
    offset,
    inserted,
    text: result,
  } = addTaskServices(text, 'a.xml', blocks.length > 0 ? blocks : [BLOCK]);
  expect(result.slice(0, offset) + result.slice(offset + inserted.length)).toBe(text);
  return result;
}

describe('a task service is added to a context file', () => {
  test('behind the last one, in its indentation', () => {
    const text = '<Context>\n    <TaskService id="a">\n        <Task/>\n    </TaskService>\n\n</Context>\n';
    expect(add(text)).toBe(
      '<Context>\n    <TaskService id="a">\n        <Task/>\n    </TaskService>' +
        '\n    <TaskService id="b">\n        <Task>\n            <x></x>\n        </Task>\n    </TaskService>\n\n</Context>\n',
    );
  });

  test('with tabs where the file has tabs', () => {
    const text = '<Context>\n\t<ContextID>a</ContextID>\n</Context>';
    expect(add(text)).toContain('\n\t<TaskService id="b">\n\t\t<Task>\n\t\t\t<x></x>\n');
  });

  test('with the line ends of the file', () => {
    const result = add('<Context>\r\n  <A/>\r\n</Context>\r\n');
    expect(result.replaceAll('\r\n', '')).not.toContain('\n');
    expect(result).toContain('<A/>\r\n  <TaskService id="b">\r\n    <Task>\r\n');
  });

  test('below a comment that stands behind the last one on its line', () => {
    const text =
      '<Context>\n  <TaskService id="a"></TaskService> <!-- the first --> \n  <!-- end -->\n</Context>';
    expect(add(text)).toMatch(
      /<!-- the first --> \n {2}<TaskService id="b">[^]*<\/TaskService>\n {2}<!-- end -->/,
    );
  });

  test('into a file that is one line', () => {
    expect(add('<Context><A/></Context>')).toBe(
      '<Context><A/>\n  <TaskService id="b">\n    <Task>\n      <x></x>\n    </Task>\n  </TaskService>\n</Context>',
    );
  });

  test('between two that share a line with others', () => {
    const text = '<Context><TaskService id="a"/><B/></Context>';
    expect(add(text)).toMatch(
      /^<Context><TaskService id="a"\/>\n {2}<TaskService id="b">[^]*<\/TaskService>\n<B\/>/,
    );
  });

  test('and not into what only looks like one: a comment or a CDATA section', () => {
    const decoy = '<!-- <TaskService/> </Context> --><A><![CDATA[</Context><TaskService/>]]></A>';
    const result = add(`<Context>\n  ${decoy}\n</Context>\n<!-- </Context> -->\n`);
    expect(result.startsWith(`<Context>\n  ${decoy}\n  <TaskService id="b">`)).toBe(true);
    expect(result.endsWith('</TaskService>\n</Context>\n<!-- </Context> -->\n')).toBe(true);
  });

  test('keeping a byte order mark and a missing line end at the end', () => {
    expect(add('\ufeff<Context>\n  <A/>\n</Context>')).toMatch(/^\ufeff<Context>[^]*<\/Context>$/);
  });

  test('together with others, in the order asked for', () => {
    const result = add('<Context>\n</Context>\n', '<TaskService id="b"/>', '<TaskService id="c"/>');
    expect(result).toBe('<Context>\n  <TaskService id="b"/>\n  <TaskService id="c"/>\n</Context>\n');
  });

  test('but not to an empty element tag; the error has a hint', () => {
    expect(() => addTaskServices('<Context/>', 'a.xml', [BLOCK])).toThrow(
      expect.objectContaining({ code: 'TPL_CONFLICT', hint: 'write <Context></Context>' }),
    );
  });

  test('but not to a file that is not well-formed', () => {
    expect(() => addTaskServices('<Context>\n<A></Context>', 'a.xml', [BLOCK])).toThrow(/a\.xml:2/);
  });
});
