import type { Fault } from '../../../src/xml/fault.js';
import { describe, expect, it } from 'vitest';
import { MAX_XML_DEPTH, readXml } from '../../../src/xml/xml.js';
import { MAX_XML_LENGTH } from '../../../src/xml/source.js';
import { refusalOf } from '../model/refusals.js';

const read = (text: string) => readXml(text, '/c.xml');

describe('readXml', () => {
  it('gives every element and attribute with line, column and offsets', () => {
    const text = '<a>\n  <b x="1"\n     y=\'2\'>t</b>\n</a>';
    const root = read(text);
    const [child] = root.children;
    expect(root).toMatchObject({ name: 'a', line: 1, column: 1, text: '', start: 0, end: text.length });
    expect(child).toMatchObject({ name: 'b', line: 2, column: 3, text: 't' });
    expect(child?.attributes).toMatchObject([
      { name: 'x', value: '1', line: 2, column: 6 },
      { name: 'y', value: '2', line: 3, column: 6 },
    ]);
    expect(text.slice(child!.start, child!.end)).toBe('<b x="1"\n     y=\'2\'>t</b>');
    expect(text.slice(child!.openEnd, child!.closeStart)).toBe('t');
    expect(text.slice(child!.attributes[1]!.start, child!.attributes[1]!.end)).toBe("y='2'");
  });

  it.each([
    ['surrounding blanks are trimmed', '<a>\n\t b c \r\n</a>', 'b c'],
    ['numbers stay text', '<a>00123</a>', '00123'],
    ['line ends become one newline', '<a>b\r\nc</a>', 'b\nc'],
    ['comments are left out', '<a>b<!-- <c> & -->d</a>', 'bd'],
    ['CDATA is text as it stands', '<a><![CDATA[<b> & </b>]]></a>', '<b> & </b>'],
    ['the five entities are decoded', '<a>&lt;&gt;&amp;&apos;&quot;</a>', '<>&\'"'],
    ['numbered characters are decoded', '<a>&#65;&#x1F600;</a>', 'A\u{1F600}'],
    ['what was decoded is not decoded again', '<a>&amp;lt;</a>', '&lt;'],
    ['a byte order mark is skipped', '\uFEFF<a>b</a>', 'b'],
    ['a declaration is skipped', '<?xml version="1.0" encoding="UTF-8"?><a>b</a>', 'b'],
    ['a declaration may follow blank lines', '\n\r\n<?xml version="1.0"?>\n<a>b</a>', 'b'],
    ['instructions for other programs are skipped', '<?style x?><a>b<?go?></a>', 'b'],
    ['an element may be closed at once', '<a/>', ''],
    ['blanks may stand before the end of a tag', '<a  >b</a\n>', 'b'],
    ['letters of any script may name an element', '<größe>1</größe>', '1'],
  ])('%s', (_title, text, expected) => {
    expect(read(text).text).toBe(expected);
  });

  it('decodes attribute values and reads white space in them as blanks', () => {
    expect(read('<a b="1\n&amp;\t2" c=\'"\'/>').attributes.map(({ value }) => value)).toEqual(['1 & 2', '"']);
  });

  it('counts lines of files with CRLF and tabs as editors do', () => {
    const [child] = read('<a>\r\n\r\n\t<b/>\r\n</a>').children;
    expect(child).toMatchObject({ line: 3, column: 2 });
  });
});

describe('readXml rejects text that is not well-formed, with line and column:', () => {
  it.each([
    ['', '1:1: the file contains no element'],
    [' \n <!-- only this -->', '1:1: the file contains no element'],
    ['hello', '1:1: text "hello" outside of the root element'],
    ['<a>\n</a>\nmore', '3:1: text "more" outside of the root element'],
    ['<a>\n</a>\n<b></b>', '3:1: a second root element <b>, after <a> of line 1'],
    ['<a/><b/>', '1:5: a second root element <b>, after <a> of line 1'],
    ['<a>\n<b>\n</a>', '3:1: </a> does not match: <b> of line 2 is open here'],
    ['<a>\n<b>\n</b>\n</Service>\n</a>', '4:1: stray </Service>: <a> of line 1 is open here'],
    ['<Task>\n</Tsak>', '2:1: stray </Tsak>: <Task> of line 1 is open here'],
    ['<a></a>\n</a>', '2:1: stray </a>: no element is open here'],
    ['<a>\n <b>\n', '2:2: <b> is never closed'],
    ['<a>\n <b', '2:2: tag <b> is not complete'],
    ['<a>\n <b c', '2:5: attribute c of <b> has no value in quotes'],
    ['<a b=1/>', '1:4: attribute b of <a> has no value in quotes'],
    ['<a b="1"c="2"/>', '1:1: tag <a> is not complete'],
    ['<a b="1" b="2"/>', '1:10: attribute b of <a> occurs twice'],
    ['<a\n b="1>\n<c/></a>', '2:2: the value of attribute b of <a> is not closed by "'],
    ['<a b="<"/>', '1:4: the value of attribute b of <a> is not closed by "'],
    ['<a =""/>', '1:4: tag <a> is not complete or has an invalid attribute'],
    ['<a>< b/></a>', '1:4: "<" does not start a tag'],
    ['<a>1 < 2</a>', '1:6: "<" does not start a tag'],
    ['<a></a b="1">', '1:4: this closing tag is not complete'],
    ['<a>\n<!-- never', '2:1: this comment is never closed'],
    ['<a><!-- -- --></a>', '1:9: a comment must not contain "--"'],
    ['<a>\n<![CDATA[ never</a>', '2:1: this CDATA section is never closed'],
    ['<a>]]></a>', '1:4: "]]>" is only allowed at the end of a CDATA section'],
    ['<a>\nR&D</a>', '2:2: a bare "&" is not allowed'],
    ['<a>&nbsp;</a>', '1:4: the reference &nbsp; is not allowed'],
    ['<a b="&x;"/>', '1:7: the reference &x; is not allowed'],
    ['<a>&#0;</a>', '1:4: the reference &#0; is not allowed'],
    ['<a>&#xFFFFFF;</a>', '1:4: the reference &#xFFFFFF; is not allowed'],
    ['<a/><?xml version="1.0"?>', '1:5: the XML declaration is misplaced or incomplete'],
    ['<?xml?><a/>', '1:1: the XML declaration is misplaced or incomplete'],
    ['<a><?never</a>', '1:4: "<?" does not start a complete processing instruction'],
    ['<a><?x<b/>?></a>', '1:4: "<?" does not start a complete processing instruction'],
    ['<a>\u0000</a>', '1:4: character U+0000 is not allowed in XML'],
    ['<a>\ud800</a>', '1:4: character U+D800 is not allowed in XML'],
    ['<!DOCTYPE a [<!ENTITY b "c">]>\n<a>&b;</a>', '1:1: a DOCTYPE or other declaration is not allowed'],
    ['<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', '1:1: a DOCTYPE or other declaration is not allowed'],
    ['<a>\n<__proto__/></a>', '2:2: the name __proto__ is not allowed'],
    ['<a constructor="1"/>', '1:4: the name constructor is not allowed'],
  ])('%j', (text, expected) => {
    const error = refusalOf(() => read(text));
    expect(error.code).toBe('XML_MALFORMED');
    expect(error.message).toBe(`/c.xml:${expected}`);
  });

  it.each([
    [
      'several stray tags',
      '<Context>\n</b>\n<Task>\n</d>\n</Task>\n</e>\n</Context>\n</f>',
      ['2:1: stray </b>', '4:1: stray </d>', '6:1: stray </e>', '8:1: stray </f>'],
    ],
    [
      'elements that are not closed, one in another',
      '<a>\n<b>\n<c>\n</b>\n<d>\n</a>',
      ['4:1: </b> does not match: <c> of line 3', '6:1: </a> does not match: <d> of line 5'],
    ],
    [
      'a misspelt closing tag and a bare &',
      '<Task>\n<x>R&D</x>\n<Service></Servcie>\n</Task>',
      ['2:5: a bare "&"', '3:10: stray </Servcie>'],
    ],
    [
      'attributes',
      '<a>\n<b c=1>\n<d e="1" e="2"/>\n</b>\n<f g="&x;">1</f>\n<h\n<i/></h></a>',
      ['2:4: attribute c', '3:10: attribute e of <d> occurs twice', '5:7: the reference &x;', '7:1: tag <h>'],
    ],
    [
      'comments, instructions and sections',
      '<a>\n<!-- a -- b -->\n<?1?>\n]]>\n< b\n</a>',
      ['2:8: a comment', '3:1: "<?"', '4:1: "]]>"', '5:1: "<" does not start a tag'],
    ],
  ])('and reports all faults at once: %s', (_what, text, expected) => {
    const { faults } = refusalOf(() => read(text)).details as { readonly faults: readonly Fault[] };
    const reported = faults.map(({ line, column, message }) => `${line}:${column}: ${message}`);
    expect(reported.map((each, at) => each.slice(0, expected[at]?.length))).toEqual(expected);
  });

  it('at most a hundred faults, in linear time', () => {
    const error = refusalOf(() => read(`<a>${'</b>\n'.repeat(100_000)}</a>`));
    const lines = error.message.split('\n');
    expect(lines).toHaveLength(102);
    expect(lines.at(-1)).toBe('  the rest of the file was not checked');
  });

  it('elements nested too deep', () => {
    const nest = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
    expect(read(nest(MAX_XML_DEPTH)).name).toBe('a');
    expect(refusalOf(() => read(nest(MAX_XML_DEPTH + 1))).message).toContain('nested more than 64 deep');
    expect(refusalOf(() => read('<a>'.repeat(100_000))).code).toBe('XML_MALFORMED');
  });

  it('text that is far too long', () => {
    const error = refusalOf(() => read(`<a>${' '.repeat(MAX_XML_LENGTH)}</a>`));
    expect(error.message).toContain(`at most ${MAX_XML_LENGTH} are read`);
  });

  const long = (piece: string) => piece.repeat(Math.floor((MAX_XML_LENGTH - 100) / piece.length));
  it.each([
    ['an attribute', `<a b="${long('x')}`],
    ['a tag', `<a${long(' ')}`],
    ['a name', `<${long('a')}`],
    ['a comment', `<a><!--${long('-x')}`],
    ['an instruction', `<a><?x ${long('y"')}`],
    ['a declaration', `<?xml version=${long('1')}<a/>`],
    ['references', `<a>${long('&amp;')}`],
    ['attributes', `<a ${long('b="1" ')}/>`],
  ])('%s that would take for ever if each character were read more than a few times', (_title, text) => {
    expect(refusalOf(() => read(text)).code).toBe('XML_MALFORMED');
  });

  it('with a hint', () => {
    expect(refusalOf(() => read('<Task>\n</Tsak>')).hint).toBe('did you mean </Task>?');
    expect(refusalOf(() => read('<a>\n</Service></a>')).hint).toBe('remove it');
    expect(refusalOf(() => read('<a>R&D</a>')).hint).toBe('write &amp; for the character itself');
  });
});
