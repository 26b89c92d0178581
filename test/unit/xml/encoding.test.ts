import { describe, expect, test } from 'vitest';
import { decodeXml, encodeXml } from '../../../src/xml/encoding.js';

const text = (encoding: string, content: string) =>
  `<?xml version="1.0" encoding="${encoding}"?>\n<a>${content}</a>\n`;
const wide = (content: string, isSwapped = false) => {
  const bytes = Buffer.from(content, 'utf16le');
  return isSwapped ? bytes.swap16() : bytes;
};

/** What is declared, the bytes of one text in it, and that text. */
const WRITTEN: readonly (readonly [string, Buffer, string])[] = [
  ['nothing', Buffer.from('<a>Café €</a>'), '<a>Café €</a>'],
  ['UTF-8', Buffer.from(text('UTF-8', 'Café €')), text('UTF-8', 'Café €')],
  ['utf-8 in small letters', Buffer.from(text('utf-8', 'é')), text('utf-8', 'é')],
  ['UTF-8 with its mark', Buffer.from(`\uFEFF${text('UTF-8', 'é')}`), `\uFEFF${text('UTF-8', 'é')}`],
  ['ISO-8859-1', Buffer.from(text('ISO-8859-1', 'Café \x85'), 'latin1'), text('ISO-8859-1', 'Café \x85')],
  [
    'latin1 in quotes of the other kind',
    Buffer.from("<?xml version='1.0' encoding='latin1'?><a>é</a>", 'latin1'),
    "<?xml version='1.0' encoding='latin1'?><a>é</a>",
  ],
  [
    'windows-1252',
    Buffer.from(text('windows-1252', 'Caf\xe9 \x80'), 'latin1'),
    text('windows-1252', 'Café €'),
  ],
  ['ISO-8859-15', Buffer.from(text('ISO-8859-15', '\xa4'), 'latin1'), text('ISO-8859-15', '€')],
  ['KOI8-R', Buffer.from(text('KOI8-R', '\xed\xc9\xd2'), 'latin1'), text('KOI8-R', 'Мир')],
  ['US-ASCII', Buffer.from(text('US-ASCII', 'plain')), text('US-ASCII', 'plain')],
  ['UTF-16 with its mark', wide(`\uFEFF${text('UTF-16', 'é€')}`), `\uFEFF${text('UTF-16', 'é€')}`],
  ['UTF-16, the other way round', wide(`\uFEFF${text('UTF-16', 'é')}`, true), `\uFEFF${text('UTF-16', 'é')}`],
  ['UTF-16 by its mark alone', wide('\uFEFF<a>é</a>'), '\uFEFF<a>é</a>'],
  ['UTF-16 without its mark', wide(text('UTF-16LE', 'é')), text('UTF-16LE', 'é')],
];

describe('a file that declares', () => {
  test.each(WRITTEN)('%s is read, and written as the same bytes', (_, bytes, expected) => {
    const decoded = decodeXml(bytes, '/a.xml');
    expect(decoded.text).toBe(expected);
    expect(encodeXml(decoded.text, decoded.encoding)).toEqual(bytes);
  });

  test.each<[string, Buffer, string]>([
    ['UTF-8 and is not', Buffer.from('<a>\xe9</a>', 'latin1'), 'is not encoded in UTF-8'],
    ['UTF-8 and is UTF-16', wide(text('UTF-8', '')), 'declares the encoding UTF-8, but is written in UTF-16'],
    [
      'UTF-16 and is UTF-8',
      Buffer.from(text('UTF-16', '')),
      'declares the encoding UTF-16, but is written in UTF-8',
    ],
    [
      'ISO-8859-1 behind the mark of UTF-8',
      Buffer.from(`\uFEFF${text('ISO-8859-1', 'é')}`),
      'declares the encoding ISO-8859-1, but is written in UTF-8',
    ],
    ['US-ASCII and is not', Buffer.from(text('US-ASCII', 'é')), 'is not encoded in US-ASCII'],
    ['an unknown encoding', Buffer.from(text('X-NONE', '')), 'is encoded in X-NONE, which is not supported'],
    [
      'an encoding of several bytes',
      Buffer.from(text('Shift_JIS', '')),
      'is encoded in SHIFT_JIS, which is not supported',
    ],
  ])('%s is rejected', (_, bytes, message) => {
    let error: unknown;
    try {
      decodeXml(bytes, '/a.xml');
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'XML_MALFORMED', hint: expect.stringContaining('encod') as string });
    expect((error as Error).message).toContain(`/a.xml ${message}`);
  });
});

test('A character that the encoding does not contain becomes a character reference.', () => {
  const { encoding } = decodeXml(Buffer.from(text('ISO-8859-1', '')), '/a.xml');
  expect(encodeXml('<a>é€😀</a>', encoding).toString('latin1')).toBe('<a>é&#x20AC;&#x1F600;</a>');
});
