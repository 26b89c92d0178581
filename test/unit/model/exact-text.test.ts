import { describe, expect, it } from 'vitest';
import { programOf } from '../../../src/model/context.js';
import { readContext } from '../../../src/model/read/read-context.js';
import { addTaskServices } from '../../../src/xml/edit.js';
import { contextText, serviceText } from './sample-files.js';

const path = '/home/me/project/conf/Context-Echo.xml';

/** How an author may write a value, and its meaning in XML. */
const VALUES: readonly (readonly [string, string])[] = [
  ['', ''],
  [' ', ' '],
  ['  lead', '  lead'],
  ['trail\t ', 'trail\t '],
  ['\n  two\n  lines\n', '\n  two\n  lines\n'],
  ['carriage\r\nreturn', 'carriage\nreturn'],
  ['<![CDATA[  cdata  ]]>', '  cdata  '],
  ['<![CDATA[]]>', ''],
  ['<![CDATA[&amp; <b> &#65;]]>', '&amp; <b> &#65;'],
  [' a <![CDATA[ b ]]> c ', ' a  b  c '],
  ['<![CDATA[a]]]]><![CDATA[>b]]>', 'a]]>b'],
  ['&#32;ref&#x20;', ' ref '],
  ['&#13;&#10;&#9;', '\r\n\t'],
  ['&lt;&gt;&amp;&apos;&quot;', '<>&\'"'],
  ['&amp;#32;&amp;amp;', '&#32;&amp;'],
  ['a<!-- not of it -->b', 'ab'],
  [' <!-- not of it --> ', '  '],
  ['00123', '00123'],
  ['1e3', '1e3'],
  ['true', 'true'],
  ['\u00a0nbsp\u00a0', '\u00a0nbsp\u00a0'],
  ['\u{1F600} gr\u00fc\u00dfe', '\u{1F600} gr\u00fc\u00dfe'],
];

function textWith(configuration: string): string {
  return contextText(serviceText({ configuration }));
}

function commandIn(text: string) {
  const [service] = readContext(text, path).configuration.TaskService;
  return service && programOf(service);
}

describe('the values of a context file', () => {
  it.each(VALUES)('%j is %j as the only argument and as an element of <env>', (written, meant) => {
    const command = `<command><program>p</program><arg>${written}</arg><env><A>${written}</A></env></command>`;
    expect(commandIn(textWith(command))).toMatchObject({ arg: [meant], env: { A: meant } });
  });

  it('are exact in several arguments, in order', () => {
    const args = VALUES.map(([written]) => `<arg>${written}</arg>\n`).join('');
    const { arg } = commandIn(textWith(`<command><program>p</program>${args}</command>`)) ?? {};
    expect(arg).toEqual(VALUES.map(([, meant]) => meant));
  });

  it('are exact as attributes of <env>, where a line end is a blank unless it is a reference', () => {
    const env = `<env A="  a  " B="one\ntwo" C="one&#10;two" D='"&amp;#32;'/>`;
    expect(commandIn(textWith(`<command><program>p</program>${env}</command>`))?.env).toEqual({
      A: '  a  ',
      B: 'one two',
      C: 'one\ntwo',
      D: '"&#32;',
    });
  });

  it('are preserved when a service is added to the file', () => {
    const args = VALUES.map(([written]) => `<arg>${written}</arg>`).join('\n    ');
    const env = VALUES.map(([written], index) => `<V${index}>${written}</V${index}>`).join('');
    const text = textWith(`<command><program>p</program>${args}<env>${env}</env></command>`);
    const edited = addTaskServices(text, path, [serviceText({ id: 'ts_2' })]).text;
    expect(readContext(edited, path).configuration.TaskService).toHaveLength(2);
    expect(commandIn(edited)).toEqual(commandIn(text));
  });

  it('are trimmed elsewhere, where the layout has no meaning', () => {
    const text = textWith(
      '<command>\n  <program>\n p \n</program><cwd> /usr </cwd><ready> started </ready></command>',
    );
    expect(commandIn(text)).toMatchObject({ program: 'p', cwd: '/usr', ready: 'started' });
  });
});
