// Files that are too large, nested too deep, or not text.

import { edit, ROOTS, TEXTS, utf8, withBody, type HostileFile, type Kind } from './hostile-edits.js';

export function sizes(kind: Kind): readonly HostileFile[] {
  const nested = (depth: number) => `${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`;
  const many = (piece: string, size = 1_900_000) => piece.repeat(Math.floor(size / piece.length));
  return [
    { what: '10,000 levels', kind, bytes: utf8(nested(10_000)) },
    { what: '10,000 levels within', kind, bytes: withBody(kind, nested(10_000)) },
    { what: '10,000 open tags', kind, bytes: withBody(kind, '<a>'.repeat(10_000)) },
    { what: 'a name without end', kind, bytes: utf8(`<${many('a')}`) },
    { what: 'an attribute without end', kind, bytes: utf8(`<a b="${many('x')}`) },
    { what: 'thousands of elements', kind, bytes: withBody(kind, many('<a/>', 200_000)) },
    {
      what: 'thousands of attributes',
      kind,
      bytes: utf8(`<a ${Array.from({ length: 10_000 }, (_, at) => `a${at}="1"`).join(' ')}/>`),
    },
    {
      what: 'thousands of services',
      kind,
      bytes: edit(
        kind,
        `</${ROOTS[kind]}>`,
        `${many(kind === 'context' ? '<TaskService id="ts_1"/>' : '<Service/>', 200_000)}</${ROOTS[kind]}>`,
      ),
    },
    { what: '100 MB', kind, bytes: new Uint8Array(100 * 1024 * 1024).fill(0x20) },
  ];
}

export function encodings(kind: Kind): readonly HostileFile[] {
  const text = TEXTS[kind];
  const broken = (...bytes: readonly number[]) => {
    const [before = '', behind = ''] = text.split('does its work', 2);
    return Buffer.concat([
      utf8(before),
      Buffer.from(bytes),
      utf8(`${behind}${text.slice(before.length + behind.length + 13)}`),
    ]);
  };
  const wide = Buffer.from(`\ufeff${text}`, 'utf16le');
  const body = text.replace(/^<\?xml[^>]*\?>\s*/, '');
  const declared = (name: string, encoding: BufferEncoding = 'utf8', mark = '') =>
    Buffer.from(`${mark}<?xml version="1.0" encoding="${name}"?>\n${body}`, encoding);
  return [
    { what: 'bytes that are no UTF-8', kind, bytes: broken(0xff, 0xfe) },
    { what: 'an overlong NUL', kind, bytes: broken(0xc0, 0x80) },
    { what: 'an overlong "<"', kind, bytes: broken(0xe0, 0x80, 0xbc) },
    { what: 'half a pair', kind, bytes: broken(0xed, 0xa0, 0x80) },
    { what: 'half a character', kind, bytes: broken(0xe2, 0x82) },
    { what: 'UTF-16 that says it is UTF-8', kind, bytes: declared('UTF-8', 'utf16le') },
    { what: 'UTF-8 that says it is UTF-16', kind, bytes: declared('UTF-16') },
    {
      what: 'UTF-8 with a byte order mark, declared as ISO-8859-1',
      kind,
      bytes: declared('ISO-8859-1', 'utf8', '\ufeff'),
    },
    { what: 'ASCII that is invalid', kind, bytes: Buffer.concat([declared('US-ASCII'), utf8('<!-- é -->')]) },
    { what: 'an encoding of several bytes', kind, bytes: declared('Shift_JIS') },
    { what: 'an unknown encoding', kind, bytes: declared('X-NONE') },
    { what: 'half of a character of UTF-16', kind, bytes: wide.subarray(0, wide.length - 1) },
    { what: 'UTF-16 that is cut', kind, bytes: wide.subarray(0, 101) },
    { what: 'nothing', kind, bytes: new Uint8Array() },
    { what: 'NUL bytes', kind, bytes: new Uint8Array(1000) },
  ];
}
